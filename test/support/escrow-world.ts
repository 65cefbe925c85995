import { ulid } from 'ulid';
import type { Scope } from '../../functions/core/gate.ts';
import { allGates, childrenOf, leavesOf } from '../../functions/core/gate-tree.ts';
import type { Settings } from '../../functions/core/settings.ts';
import { closeDay } from '../../functions/use-cases/close-day.ts';
import { holdChunk, sealChunk, settleChunk } from '../../functions/use-cases/hold-chunk.ts';
import { holdMoney, unholdMoney } from '../../functions/use-cases/hold-money.ts';
import type { HoldPorts, MoneyPorts } from '../../functions/use-cases/money-ports.ts';
import { resolveStaleHolds } from '../../functions/use-cases/resolve-holds.ts';
import { settleMoney } from '../../functions/use-cases/settle-money.ts';
import { EscrowOperators } from './escrow-operators.ts';
import { type Books, brokenRule, brokenWhenQuiet, DAYS } from './escrow-rules.ts';
import { ledgerEntry } from './ledger-entry.ts';
import { type GateMutation, memoryGates } from './memory-gates.ts';
import { type LedgerMutation, memoryLedger } from './memory-ledger.ts';
import { type Random, seededRandom } from './seeded-random.ts';
import { featureSettings, settings as testSettings } from './settings.ts';
import { UnreliableNetwork } from './unreliable-network.ts';

const DAY_START_MS = [Date.UTC(2026, 10, 10), Date.UTC(2026, 10, 11)] as const;
const LONG_AFTER_MS = Date.UTC(2026, 11, 24);

export type Mutation = { readonly gates?: GateMutation; readonly ledger?: LedgerMutation; readonly raises?: 'a raise never ends' };

/** Tight caps in pico-dollars: an organization, two teams, three features, of which one may be split. */
function tightSettings(random: Random, raises: boolean): Settings {
  // Where caps are raised they begin lower, so that the raises are used.
  const part = raises ? 2n : 1n;
  const caps = (day: number, month: number) => ({ dailyPico: BigInt(day) / part, monthlyPico: BigInt(month) / part });
  const feature = (name: string, team: string, day: number, month: number, shards = 1) =>
    featureSettings(name, { team, shards, caps: caps(day, month) });
  const split = random.chance(0.3) ? 2 : 1;
  const features = [feature('a1', 'a', 18, 30, split), feature('a2', 'a', 25, 30), feature('b1', 'b', 25, 35)];
  return testSettings({
    timezone: 'UTC',
    caps: caps(30 + random.below(20), 45 + random.below(20)),
    teams: {
      a: { name: 'a', caps: caps(20 + random.below(20), 40) },
      b: { name: 'b', caps: caps(20 + random.below(20), 40) },
    },
    features: Object.fromEntries(features.map((one) => [one.name, one])),
    batch: { budgetShare: 1, maxJobsInFlight: 1 },
  });
}

/** Many processes over one escrow tree and one ledger, through a network that loses, delays, repeats and kills. */
export class EscrowWorld {
  readonly random: Random;
  readonly settings: Settings;
  /** Many lost answers and eager resolvers: what rare accidents need to meet. */
  readonly harsh: boolean;
  readonly gates;
  readonly ledger;
  readonly network: UnreliableNetwork;
  readonly operators: EscrowOperators;
  readonly #leaves: readonly Scope[];
  readonly #families: readonly { scope: Scope; children: readonly Scope[] }[];
  readonly #leafOfHold = new Map<string, Scope>();
  readonly #leafOfChunk = new Map<string, Scope>();
  readonly #chunkCost = new Map<string, bigint>();
  readonly #spent = new Map<string, bigint>();
  readonly #mutation: Mutation;
  #processes = 0;
  #clock = 1000;
  today: 0 | 1 = 0;
  admitted = 0;
  failure: string | undefined;

  constructor(seed: number, mutation: Mutation = {}, { raises = false }: { readonly raises?: boolean } = {}) {
    this.#mutation = mutation;
    this.random = seededRandom(seed * 7919);
    this.harsh = this.random.chance(0.3);
    this.settings = tightSettings(this.random, raises);
    this.#leaves = Object.values(this.settings.features).flatMap(leavesOf);
    const scopes = allGates(this.settings).filter((scope) => !scope.includes('_unassigned'));
    this.#families = scopes.map((scope) => ({
      scope,
      children: childrenOf(scope, this.settings).filter((child) => scopes.includes(child)),
    }));
    this.operators = new EscrowOperators(seed, this.settings);
    this.gates = memoryGates(mutation.gates);
    this.ledger = memoryLedger(mutation.ledger);
    this.network = new UnreliableNetwork(
      this.random,
      this.harsh ? { losses: 12, delays: 2, lossChance: 0.4 } : { losses: 4, delays: 2, lossChance: 0.1 },
    );
  }

  /** Starts one process; its failure, other than being killed, is a violation. */
  #start(work: (ports: HoldPorts, atMs: number) => Promise<unknown>, given?: () => number): void {
    this.#processes += 1;
    this.#clock += 1;
    const owner = this.#processes;
    const atMs = DAY_START_MS[this.today] + this.#clock;
    let waited = 0;
    const now = given ?? (() => atMs + waited);
    const { overrides, gates } = this.operators.environment(this.gates, now, (failure) => {
      this.failure ??= failure;
    });
    const ports: HoldPorts = {
      overrides,
      gates: this.network.through(gates, owner),
      ledger: this.network.through(this.ledger, owner),
      settings: { ...(this.#mutation.raises === undefined ? this.settings : this.operators.highest), budgetWaitMs: 1000 },
      now,
      random: this.random.next,
      sleep: (ms) => {
        waited += ms;
        return Promise.resolve();
      },
    };
    work(ports, atMs).catch((error: unknown) => {
      this.failure ??= `process ${owner} threw ${String(error)}`;
    });
  }

  startCall(): void {
    const feature = ['a1', 'a2', 'b1'][this.random.below(3)] ?? 'a1';
    this.#start(async (ports, atMs) => {
      const callId = ulid(atMs, this.random.next);
      if ((await this.#attempt(feature, callId, 1, atMs, ports)) && this.random.chance(0.3))
        await this.#attempt(feature, callId, 2, atMs, ports);
    });
  }

  async #attempt(feature: string, callId: string, attempt: number, admittedAtMs: number, ports: HoldPorts): Promise<boolean> {
    const wantPico = BigInt(3 + this.random.below(4));
    const call = { feature, callId, attempt, template: 'extract', model: 'haiku', admittedAtMs, deadlineMs: admittedAtMs + 1 };
    const held = await holdMoney({ ...call, wantPico, floorPico: 2n }, ports);
    if (held.kind === 'refused') return false;
    this.admitted += 1;
    if (this.random.chance(0.15)) {
      await unholdMoney(held, ports);
      return true;
    }
    const costPico = BigInt(this.random.below(Number(held.hold.amountPico) + 1));
    this.#spent.set(`${feature}.extract.${callId}#${attempt}`, costPico);
    const { day, amountPico: holdPico } = held.hold;
    const requestId = `${feature}.extract.${callId}`;
    await settleMoney(held, ledgerEntry({ feature, requestId, attempt, admittedAtMs, day, costPico, holdPico }), ports);
    return true;
  }

  startChunk(): void {
    const feature = ['a1', 'a2', 'b1'][this.random.below(3)] ?? 'a1';
    this.#start(async (ports, atMs) => {
      const chunkId = ulid(atMs, this.random.next);
      const wantPico = BigInt(3 + this.random.below(5));
      const held = await holdChunk({ feature, chunkId, wantPico, admittedAtMs: atMs, deadlineMs: atMs + 1 }, ports);
      if (held.kind === 'refused' || this.random.chance(0.2)) return;
      const sealedPico = BigInt(1 + this.random.below(Number(wantPico)));
      const sealed = await sealChunk(held, { sealedPico, deadlineMs: atMs + 2 }, ports);
      if (sealed === undefined) return;
      this.#chunkCost.set(chunkId, BigInt(this.random.below(Number(sealedPico) + 1)));
      await settleChunk(sealed, this.#chunkCost.get(chunkId) ?? 0n, ports);
    });
  }

  startResolver(): void {
    const leaves = this.#leaves;
    const leaf = leaves[this.random.below(leaves.length)] ?? 'feature:a2';
    this.#start(
      (ports) => resolveStaleHolds(leaf, ports),
      () => LONG_AFTER_MS,
    );
  }

  startClose(day: string): void {
    this.#start((ports) => closeDay(day, ports));
  }

  /** One operation happens; then the rules must hold. */
  async step(): Promise<void> {
    if (!(await this.network.step())) return;
    this.#note();
    this.failure ??= this.violation();
  }

  /** Faults end; everything is resolved, given back, and then the organization's books equal the ledger. */
  async quiet(): Promise<void> {
    await this.network.heal();
    while (this.network.busy) await this.step();
    const healthy: MoneyPorts = {
      gates: this.gates,
      ledger: this.ledger,
      settings: this.settings,
      now: () => LONG_AFTER_MS,
      random: this.random.next,
      sleep: () => Promise.resolve(),
    };
    for (const leaf of this.#leaves) await resolveStaleHolds(leaf, healthy);
    for (const leaf of this.#leaves) await this.#settleOrphans(leaf, healthy);
    for (const day of [...DAYS, ...DAYS]) await closeDay(day, healthy);
    this.failure ??= this.violation() ?? brokenWhenQuiet(this.#books());
  }

  /** Sealed chunks whose harvester died: a later harvester settles them. */
  async #settleOrphans(leaf: Scope, { gates }: MoneyPorts): Promise<void> {
    for (const chunk of this.gates.peek(leaf).chunks) await gates.settleChunk(leaf, chunk, this.#chunkCost.get(chunk.chunkId) ?? 0n);
  }

  #note(): void {
    for (const leaf of this.#leaves) {
      for (const hold of this.gates.peek(leaf).holds) this.#leafOfHold.set(hold.id, leaf);
      for (const chunk of this.gates.peek(leaf).chunks) this.#leafOfChunk.set(chunk.chunkId, leaf);
    }
  }

  violation(): string | undefined {
    return brokenRule(this.#books());
  }

  #books(): Books {
    const { gates, ledger } = this;
    const settings = this.operators.highest;
    const [leaves, families, spent] = [this.#leaves, this.#families, this.#spent];
    return {
      gates,
      ledger,
      settings,
      leaves,
      families,
      leafOfHold: this.#leafOfHold,
      leafOfChunk: this.#leafOfChunk,
      chunkCost: this.#chunkCost,
      spent,
    };
  }
}
