import { pendingDown, pendingUp } from '../../functions/core/budget.ts';
import { emptyGate, type Gate, type Scope } from '../../functions/core/gate.ts';
import { allGates, childrenOf, leavesOf } from '../../functions/core/gate-tree.ts';
import type { LedgerEntry } from '../../functions/core/ledger.ts';
import type { Settings } from '../../functions/core/settings.ts';
import type { GateStore } from '../../functions/ports/gate-store.ts';
import type { ModelAnswer, ModelCall } from '../../functions/ports/model-client.ts';
import { auditDay } from '../../functions/use-cases/audit-day.ts';
import { closeDay } from '../../functions/use-cases/close-day.ts';
import type { HoldPorts } from '../../functions/use-cases/money-ports.ts';
import { resolveStaleHolds } from '../../functions/use-cases/resolve-holds.ts';
import { type RoutePorts, routePorts } from '../../functions/use-cases/route-ports.ts';
import { crashing } from './crashing.ts';
import { type Books, brokenRule, brokenWhenQuiet, DAYS } from './escrow-rules.ts';
import { routeWorld } from './route-world.ts';

/** Where the money is kept: in memory, or in DynamoDB. */
export type MoneyStores = Pick<HoldPorts, 'gates' | 'ledger'>;
/** One environment that answers calls, resolves, trips. */
export type Environment = HoldPorts & { readonly ports: RoutePorts };
/** Dies around its `at`-th call of a store or a model; 0: lives. Every write is sent once, or twice with the first answer lost. */
export type Fate = { readonly at: number; readonly when: 'before' | 'after'; readonly sent: 'once' | 'twice' };
export const LIVES: Fate = { at: 0, when: 'before', sent: 'once' };
/** What a model answers; it may take its time, in which others act. */
export type Answers = (call: ModelCall, world: CrashWorld) => ModelAnswer | Promise<ModelAnswer>;

const [TODAY] = DAYS;
const NOON_MS = Date.parse(`${TODAY}T12:00:00Z`);
const LONG_MS = 15 * 60_000;
const WRITES: ReadonlySet<string> = new Set([
  ...['hold', 'probe', 'unhold', 'claim', 'settle', 'grant', 'take', 'giveBack', 'accept', 'setBreaker'],
  ...['record', 'markDirty', 'enter', 'trip', 'complete', 'release'],
]);
const STREAMS = ['ofHour', 'rollups', 'hourCosts'];
export const isWrite = (name: string): boolean => WRITES.has(name);

/** Environments that die, over stores that stay; and all that must hold whoever died. */
export class CrashWorld {
  readonly clock: { nowMs: number };
  readonly gates: GateStore;
  readonly #world: ReturnType<typeof routeWorld>;
  readonly #settings: Settings;
  readonly #watched: boolean;
  readonly #leafOfHold = new Map<string, Scope>();
  readonly #spent = new Map<string, bigint>();
  readonly #broken = new Set<string>();

  /** `watched`: the rules are asked after every write and not only at the end, and the compactor's audit besides, which reads a day of hours. */
  constructor(settings: Settings, money: MoneyStores, options: { readonly model: Answers; readonly watched: boolean }) {
    this.#settings = settings;
    this.#watched = options.watched;
    const noticed = options.watched ? () => this.#notice() : () => Promise.resolve();
    this.gates = afterWrites(noting(money.gates, this.#leafOfHold), noticed);
    const model = async (call: ModelCall) => {
      const answer = await options.model(call, this);
      this.#spent.set(`${call.metadata['requestId']}#${call.metadata['attempt']}`, costOf(call, answer));
      return answer;
    };
    this.#world = routeWorld({ settings, model, ports: { gates: this.gates, ledger: afterWrites(money.ledger, noticed) } });
    this.clock = this.#world.clock;
    this.clock.nowMs = NOON_MS;
  }

  /** How often a model was asked. */
  get asked(): number {
    return this.#world.calls.length;
  }

  /** `heard` is told the name of every call to a store or a model, before it is made. */
  environment({ at, when, sent }: Fate = LIVES, heard: (name: string) => void = () => undefined): Environment {
    const crash = crashing(at, when, async (name) => heard(name));
    const wrap = <Port extends object>(port: Port): Port => crash.wrap(sent === 'twice' ? sentTwice(port) : port, STREAMS);
    const { stores } = this.#world;
    const mortal = {
      ...{ ...stores, models: crash.wrap(stores.models), runs: wrap(stores.runs), idempotency: wrap(stores.idempotency) },
      ...{ gates: wrap(stores.gates), ledger: wrap(stores.ledger) },
    };
    const ports = routePorts(mortal, () => undefined);
    return { ...mortal, overrides: ports.overrides, ports };
  }

  /** Resolves, gives back, audits; answers every rule that does not hold now, or did not at some moment. */
  async brokenRules(sent: Fate['sent']): Promise<string[]> {
    this.clock.nowMs += LONG_MS;
    const upkeep = this.environment({ ...LIVES, sent });
    for (const leaf of this.#leaves()) await resolveStaleHolds(leaf, upkeep);
    for (let times = 0; times < 3; times++) await closeDay(TODAY, upkeep);
    const books = await this.#books();
    const { drifted } = this.#watched ? await auditDay(TODAY, upkeep) : { drifted: [] };
    return [
      ...this.#broken,
      ...[brokenRule(books), brokenWhenQuiet(books)].filter((rule) => rule !== undefined),
      ...drifted.map(({ feature }) => `the audit finds drift in ${feature}`),
      ...this.#unequalPairs(books),
      ...this.#leaves().flatMap((leaf) => books.gates.peek(leaf).holds.map(({ id }) => `${leaf} still holds ${id}`)),
    ];
  }

  #unequalPairs({ gates, families }: Books): string[] {
    return families.flatMap(({ scope, children }) =>
      children.flatMap((child) => {
        const [parent, own] = [gates.peek(scope), gates.peek(child)];
        const pending = [pendingDown(parent, own, TODAY), pendingUp(parent, own, TODAY)];
        return pending.every((amount) => amount === 0n) ? [] : [`${scope} and ${child} differ in what was moved: ${pending.join(', ')}`];
      }),
    );
  }

  async #notice(): Promise<void> {
    const rule = brokenRule(await this.#books());
    if (rule !== undefined) this.#broken.add(rule);
  }

  async #books(): Promise<Books> {
    const scopes = allGates(this.#settings);
    const { gates, ledger } = this.#world.stores;
    const read = new Map<Scope, Gate>();
    for (const scope of scopes) read.set(scope, await gates.read(scope));
    const entries = new Map<string, LedgerEntry>();
    for await (const entry of ledger.ofHour(`${TODAY}T12`))
      entries.set(`${entry.requestId}#${entry.attempt}${entry.kind === 'correction' ? '#correction' : ''}`, entry);
    return {
      gates: { peek: (scope) => read.get(scope) ?? emptyGate(scope) },
      ledger: { entries },
      ...{ settings: this.#settings, leaves: this.#leaves(), leafOfHold: this.#leafOfHold, spent: this.#spent },
      families: scopes.map((scope) => ({ scope, children: childrenOf(scope, this.#settings) })),
      ...{ leafOfChunk: new Map<string, Scope>(), chunkCost: new Map<string, bigint>() },
    };
  }

  #leaves(): Scope[] {
    return Object.values(this.#settings.features).flatMap(leavesOf);
  }
}

/** What the model's owner bills, at the price of ordinary input. */
const costOf = ({ model }: ModelCall, { usage }: ModelAnswer): bigint => {
  const prices = model.prices[0]?.prices;
  return BigInt(usage?.input ?? 0) * (prices?.input ?? 0n) + BigInt(usage?.output ?? 0) * (prices?.output ?? 0n);
};

/** Whose hold is in which leaf, for good. */
const noting = (gates: GateStore, leafOfHold: Map<string, Scope>): GateStore => ({
  ...gates,
  hold: (scope, hold, room, options) => {
    leafOfHold.set(hold.id, scope);
    return gates.hold(scope, hold, room, options);
  },
  probe: (scope, hold, room, lease) => {
    leafOfHold.set(hold.id, scope);
    return gates.probe(scope, hold, room, lease);
  },
});

/** A port of which every write is followed by something. */
function afterWrites<Port extends object>(port: Port, noticed: () => Promise<void>): Port {
  return writing(port, async (write) => {
    const answer = await write();
    await noticed();
    return answer;
  });
}

/** A port of which every write is sent again, as the SDK does when an answer is lost. */
const sentTwice = <Port extends object>(port: Port): Port =>
  writing(port, async (write) => {
    await write();
    return write();
  });

function writing<Port extends object>(port: Port, around: (write: () => unknown) => Promise<unknown>): Port {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function' || typeof name !== 'string' || !WRITES.has(name)) return member;
      return (...args: unknown[]) => around(() => Reflect.apply(member, target, args));
    },
  });
}
