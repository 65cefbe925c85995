import type { Gate, Scope } from '../../functions/core/gate.ts';
import { capsOf } from '../../functions/core/gate-tree.ts';
import type { Override } from '../../functions/core/override/override.ts';
import { raisedSettings } from '../../functions/core/override/raised-settings.ts';
import type { Caps, Settings } from '../../functions/core/settings.ts';
import type { GateStore } from '../../functions/ports/gate-store.ts';
import { KnownOverrides } from '../../functions/use-cases/known-overrides.ts';
import { memoryOverrides } from './memory-overrides.ts';
import { seededRandom } from './seeded-random.ts';

const SCOPES = ['org', 'team:a', 'team:b', 'feature:a1', 'feature:b1'];
const NEVER_ENDS_MS = Date.UTC(2030, 0, 1);

/** Operators who raise caps, and take raises back, at random moments, with a chance of their own: lives without them stay as they are. */
export class EscrowOperators {
  readonly store = memoryOverrides();
  /** Writes that committed more than the caps without any raise. */
  onRaise = 0;
  readonly #settings: Settings;
  readonly #random;
  #active: readonly Override[] = [];
  /** Every raise that ever was: no cap may have been passed by more than these together. */
  #ever: readonly Override[] = [];

  constructor(seed: number, settings: Settings) {
    this.#settings = settings;
    this.#random = seededRandom(seed * 104_729);
  }

  /** One act, at once. */
  async act(): Promise<void> {
    const { below, chance } = this.#random;
    const [oldest] = this.#active;
    if (oldest !== undefined && chance(0.45)) {
      this.#active = this.#active.filter((raise) => raise !== oldest);
      return this.store.remove(oldest);
    }
    const scope = SCOPES[below(SCOPES.length)] ?? 'org';
    const raise: Override = {
      ...{ kind: 'raise', id: `raise-${this.#ever.length}`, scope, reason: 'launch', by: 'ops', atMs: 0 },
      byPico: BigInt(1 + below(12)),
      untilMs: NEVER_ENDS_MS,
    };
    this.#active = [...this.#active, raise];
    this.#ever = [...this.#ever, raise];
    return this.store.put(raise);
  }

  get chance(): (probability: number) => boolean {
    return this.#random.chance;
  }

  /** The settings with every raise that ever was. */
  get highest(): Settings {
    return raisedSettings(this.#settings, this.#ever, 0);
  }

  /** What one process knows, and gates that notice when it commits more than it knows to be allowed. */
  environment(gates: GateStore & { peek(scope: Scope): Gate }, now: () => number, notice: (failure: string) => void) {
    const overrides = new KnownOverrides({ overrideStore: this.store, now });
    const watched = async <Write>(scope: Scope, day: string, write: Promise<Write>, changed: (write: Write) => boolean): Promise<Write> => {
      const result = await write;
      const committed = gates.peek(scope).committedByDay[day] ?? 0n;
      const passes = ({ dailyPico }: Caps) => changed(result) && dailyPico !== undefined && committed > dailyPico;
      if (passes(capsOf(scope, this.#settings))) this.onRaise += 1;
      if (passes(capsOf(scope, raisedSettings(this.#settings, overrides.recent()?.overrides ?? [], now()))))
        notice(`${scope} commits over the cap that its caller knows`);
      return result;
    };
    const store: GateStore = {
      ...gates,
      hold: (scope, hold, room, options) =>
        watched(scope, hold.day, gates.hold(scope, hold, room, options), ({ kind }) => kind === 'changed' && !options.debtAllowed),
      openChunk: (scope, chunk, room, atMs) =>
        watched(scope, chunk.day, gates.openChunk(scope, chunk, room, atMs), (write) => write === 'changed'),
      grant: (parent, transfer, room) => watched(parent, transfer.day, gates.grant(parent, transfer, room), (write) => write === 'changed'),
    };
    return { overrides, gates: store };
  }
}
