import type { Random } from './seeded-random.ts';

type Operation = {
  readonly owner: number;
  readonly name: string;
  readonly run: () => Promise<unknown>;
  readonly answer: (value: unknown) => void;
};

/** Writes of which a delayed first copy may land after all that followed: not holds, where that over-commits by design (the safe side). */
const MAY_ARRIVE_LATE = new Set([
  'unhold',
  'claim',
  'settle',
  'grant',
  'take',
  'giveBack',
  'accept',
  'sealChunk',
  'settleChunk',
  'record',
  'setBreaker',
]);
const WRITES = new Set([...MAY_ARRIVE_LATE, 'hold', 'probe', 'openChunk']);

/**
 * Every call of a port waits here until the test lets one happen: any order, processes that die between two calls, answers that are lost so that
 * the write is sent again, writes that arrive late and twice.
 */
export class UnreliableNetwork {
  readonly #random: Random;
  #waiting: Operation[] = [];
  #late: Operation[] = [];
  readonly #lossChance: number;
  #lossesLeft: number;
  #delaysLeft: number;
  readonly log: string[] = [];

  constructor(random: Random, faults: { losses: number; delays: number; lossChance: number }) {
    this.#random = random;
    this.#lossesLeft = faults.losses;
    this.#delaysLeft = faults.delays;
    this.#lossChance = faults.lossChance;
  }

  get busy(): boolean {
    return this.#waiting.length + this.#late.length > 0;
  }

  /** The port as one process sees it: each call becomes an operation of that process. */
  through<Port extends object>(port: Port, owner: number): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return (...given: unknown[]) =>
          new Promise((answer) => {
            const run = async (): Promise<unknown> => Reflect.apply(method, target, given);
            this.#waiting.push({ owner, name: String(name), run, answer });
          });
      },
    });
  }

  /** The process never hears of anything again; what it has sent may not even have left. */
  kill(owner: number): void {
    this.#waiting = this.#waiting.filter((operation) => operation.owner !== owner);
    this.log.push(`${owner} dies`);
  }

  owners(): number[] {
    return [...new Set(this.#waiting.map(({ owner }) => owner))];
  }

  /** No more faults: what is late arrives. */
  async heal(): Promise<void> {
    this.#lossesLeft = 0;
    this.#delaysLeft = 0;
    for (const operation of this.#late.splice(0)) await operation.run();
  }

  /** One operation happens. Answers whether it was a write. */
  async step(): Promise<boolean> {
    if (this.#late.length > 0 && this.#random.chance(0.1)) {
      const [late] = this.#late.splice(this.#random.below(this.#late.length), 1);
      await late?.run();
      this.log.push(`late ${late?.owner} ${late?.name}`);
      return true;
    }
    const [operation] = this.#waiting.splice(this.#random.below(this.#waiting.length), 1);
    if (operation !== undefined) await this.#deliver(operation);
    // Lets the process run on to its next call.
    await new Promise((resolve) => setImmediate(resolve));
    return operation !== undefined && WRITES.has(operation.name);
  }

  async #deliver(operation: Operation): Promise<void> {
    const { owner, name } = operation;
    if (this.#delaysLeft > 0 && MAY_ARRIVE_LATE.has(name) && this.#random.chance(0.05)) {
      this.#delaysLeft -= 1;
      this.#late.push(operation);
      this.#waiting.push(operation);
      this.log.push(`${owner} ${name} delayed`);
      return;
    }
    const value = await operation.run();
    this.log.push(`${owner} ${name} ${typeof value === 'string' ? value : ''}`);
    if (this.#lossesLeft > 0 && WRITES.has(name) && this.#random.chance(this.#lossChance)) {
      this.#lossesLeft -= 1;
      this.#waiting.push(operation);
      this.log.push(`${owner} ${name} answer lost`);
      return;
    }
    operation.answer(value);
  }
}
