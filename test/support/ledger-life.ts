import { ulid } from 'ulid';
import type { CompactorPorts } from '../../functions/compactor/run.ts';
import { utcHour } from '../../functions/core/calendar.ts';
import { mayBeClosed } from '../../functions/core/closed-hours.ts';
import type { DayAudit } from '../../functions/core/day-audit.ts';
import { type LedgerEntry, requestIdOf } from '../../functions/core/ledger.ts';
import { sumPico } from '../../functions/core/money.ts';
import { meteredPico } from '../../functions/core/price-book.ts';
import type { Settings } from '../../functions/core/settings.ts';
import { NO_USAGE } from '../../functions/core/usage.ts';
import { auditDay } from '../../functions/use-cases/audit-day.ts';
import { findChunk, type HeldChunk, holdChunk, sealChunk, settleChunk } from '../../functions/use-cases/hold-chunk.ts';
import { type HeldMoney, holdMoney } from '../../functions/use-cases/hold-money.ts';
import type { HoldPorts } from '../../functions/use-cases/money-ports.ts';
import { daysOf, readGates } from '../../functions/use-cases/read-gates.ts';
import { recordEntry, settleMoney } from '../../functions/use-cases/settle-money.ts';
import { Crash, crashing } from './crashing.ts';
import { ledgerEntry } from './ledger-entry.ts';
import { seededRandom } from './seeded-random.ts';
import { featureSettings, settings as testSettings } from './settings.ts';
import { RUN_MS, type Stores, upkeepWorld } from './upkeep-world.ts';

export type CrashPoint = { readonly at: number; readonly when: 'before' | 'after' };
type Who = { readonly feature: number; readonly template: number; readonly tokens: number };

/** Where its process dies, if it does. */
type Mortal = { readonly crash?: CrashPoint | undefined };
/** Something else happens before one of its calls: the n-th, or the first of that name. */
type Disturbed = { readonly meanwhile?: { readonly at: number | string; readonly step: Step } | undefined };

/** What may happen. */
export type Step =
  | { readonly kind: 'wait'; readonly minutes: number }
  | ({ readonly kind: 'compact' } & Mortal & Disturbed)
  | ({ readonly kind: 'audit' } & Mortal & Disturbed)
  | Write;
type Write = Mortal &
  (
    | ({ readonly kind: 'call'; readonly attempts: number; readonly slow: boolean } & Who)
    | ({ readonly kind: 'chunk'; readonly jobs: number } & Who)
    | { readonly kind: 'settle_late' | 'harvest' | 'repeat_correction'; readonly pick: number }
    | { readonly kind: 'correct'; readonly pick: number; readonly pico: number }
  );

const FEATURES = ['whole', 'split'];
const TEMPLATES = ['extract', 'dispute', 'other'];
const PRICES = { input: 3n, cacheRead: 1n, cacheWrite5m: 4n, cacheWrite1h: 6n, output: 7n };

/** Small caps in two teams: money has to be fetched, and comes back. */
export const lifeSettings = (): Settings =>
  testSettings({
    caps: { dailyPico: 5_000n, monthlyPico: 50_000n },
    teams: { x: { name: 'x', caps: {} }, y: { name: 'y', caps: { monthlyPico: 30_000n } } },
    features: {
      whole: featureSettings('whole', { team: 'x', caps: { dailyPico: 3_000n } }),
      split: featureSettings('split', { team: 'y', caps: {}, shards: 2 }),
    },
    batch: { budgetShare: 1, maxJobsInFlight: 1 },
  });

type LifePorts = CompactorPorts & HoldPorts;

/** Rules that a test takes away to see that it notices: the ports of the compactor, or of an audit, changed anew for each run. */
export type LedgerMutation = Partial<Record<'compact' | 'audit', (ports: CompactorPorts) => Partial<CompactorPorts>>>;

/** Callers, batch jobs, corrections and the compactor over one set of books; each may die between any two of its calls. */
export class LedgerLife {
  readonly world;
  readonly startMs: number;
  readonly ports: LifePorts;
  /** UTC hours that anything was admitted in. */
  readonly hours = new Set<string>();
  readonly late: { held: HeldMoney; entry: LedgerEntry }[] = [];
  chunks: { held: HeldChunk; entries: readonly LedgerEntry[] }[] = [];
  /** Corrections whose writer died: it tries again. */
  readonly unfinished: LedgerEntry[] = [];
  readonly #known: LedgerEntry[] = [];
  readonly drifts: DayAudit[] = [];
  /** How many calls the last process made. */
  calls = 0;
  readonly #random = seededRandom(20_261_120);
  readonly #mutation: LedgerMutation;

  constructor(startMs: number, stores: Stores, mutation: LedgerMutation = {}) {
    this.world = upkeepWorld(stores, lifeSettings());
    this.world.clock.nowMs = startMs;
    this.startMs = startMs;
    this.ports = { ...this.world.ports, random: this.#random.next };
    this.#mutation = mutation;
  }

  async perform(step: Step): Promise<void> {
    if (step.kind === 'wait') this.world.clock.nowMs += step.minutes * 60_000;
    else if (step.kind === 'compact' || step.kind === 'audit') await this.#upkeep(step);
    else await this.#die(this.#isPastDeadline(step) ? undefined : step.crash, (ports) => this.#write(step, ports));
  }

  /** Who settles this late has been taken for dead already, and lives. */
  #isPastDeadline(step: Step): boolean {
    if (step.kind !== 'settle_late') return false;
    return (this.late[step.pick % Math.max(1, this.late.length)]?.held.hold.deadlineMs ?? 0) < this.ports.now();
  }

  /** Runs a process until it ends or dies. */
  async #die(
    crash: CrashPoint = { at: 0, when: 'before' },
    work: (ports: LifePorts) => Promise<unknown>,
    pause?: (name: string) => Promise<void>,
  ) {
    const { wrap, calls } = crashing(crash.at, crash.when, pause);
    const { gates, ledger, profiles, lease, blobs, alerts } = this.ports;
    const stores = { gates: wrap(gates), profiles: wrap(profiles), lease: wrap(lease), blobs: wrap(blobs), alerts: wrap(alerts) };
    const ports = { ...this.ports, ...stores, ledger: wrap(ledger, ['ofHour', 'rollups']) };
    await work(ports).catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
    this.calls = calls();
  }

  async #upkeep({ kind, crash, meanwhile }: { kind: 'compact' | 'audit' } & Mortal & Disturbed): Promise<void> {
    let calls = 0;
    let other: Promise<void> | undefined;
    const pause = async (name: string): Promise<void> => {
      calls += 1;
      if (calls === meanwhile?.at || name === meanwhile?.at) other ??= this.perform(meanwhile.step);
      await other;
    };
    const work = async (wrapped: CompactorPorts): Promise<unknown> => {
      const ports = { ...wrapped, ...this.#mutation[kind]?.(wrapped) };
      return kind === 'compact' ? this.world.run(ports) : this.#audit(ports);
    };
    await this.#die(crash, work, pause);
    await other;
  }

  /** Of every day, over or not, small or large: the gates and the entries agree at any moment. */
  async #audit(ports: CompactorPorts): Promise<void> {
    for (const day of daysOf(await readGates(this.ports)))
      for (const mostReadAgain of [undefined, 0]) this.drifts.push(...(await auditDay(day, ports, mostReadAgain)).drifted);
  }

  async #write(step: Write, ports: LifePorts): Promise<void> {
    if (step.kind === 'call') await this.#call(step, ports);
    else if (step.kind === 'chunk') await this.#chunk(step, ports);
    else if (step.kind === 'correct') await this.#correct(step, ports);
    else if (step.kind === 'harvest') await this.#harvest(step.pick, ports);
    else if (step.kind === 'repeat_correction') await this.#record(this.unfinished[step.pick % this.unfinished.length], ports);
    else {
      const [call] = this.late.splice(step.pick % Math.max(1, this.late.length), 1);
      if (call !== undefined) await settleMoney(call.held, call.entry, ports);
    }
  }

  #entry(who: Who, over: Partial<LedgerEntry>): LedgerEntry {
    const feature = FEATURES[who.feature % FEATURES.length] ?? 'whole';
    const template = TEMPLATES[who.template % TEMPLATES.length] ?? 'extract';
    const admittedAtMs = this.ports.now();
    const usage = { ...NO_USAGE, input: who.tokens, cacheRead: who.tokens % 3, output: who.tokens % 5 };
    this.hours.add(utcHour(admittedAtMs));
    const requestId = requestIdOf(feature, template, ulid(admittedAtMs, this.#random.next));
    const team = this.ports.settings.features[feature]?.team ?? '';
    const priced = { usage, unitPrices: PRICES, costPico: meteredPico(usage, PRICES) };
    return ledgerEntry({
      feature,
      template,
      team,
      owner: team,
      admittedAtMs,
      requestId,
      prefix: ['aaaa', `b${who.tokens}`],
      ...priced,
      ...over,
    });
  }

  async #call(step: Step & { kind: 'call' }, ports: LifePorts): Promise<void> {
    const first = this.#entry(step, {});
    const callId = first.requestId.split('.')[2] ?? '';
    for (let attempt = 1; attempt <= step.attempts; attempt++) {
      const { feature, template, model, admittedAtMs } = first;
      const money = { wantPico: first.costPico + BigInt(step.tokens % 4), floorPico: 1n, admittedAtMs, deadlineMs: admittedAtMs + 180_000 };
      const held = await holdMoney({ feature, callId, attempt, template, model, ...money }, ports);
      if (held.kind === 'refused') return;
      const entry = { ...first, attempt, escalated: attempt > 1, day: held.hold.day, holdPico: held.hold.amountPico };
      this.#known.push(entry);
      if (step.slow) this.late.push({ held, entry });
      else await settleMoney(held, entry, ports);
    }
  }

  async #chunk(step: Step & { kind: 'chunk' }, ports: LifePorts): Promise<void> {
    const entries = Array.from({ length: step.jobs }, () => this.#entry(step, { mode: 'batch', prefix: [] }));
    const [{ feature, admittedAtMs } = this.#entry(step, {})] = entries;
    const wantPico = sumPico(entries.map(({ costPico }) => costPico)) + 5n;
    const chunkId = ulid(admittedAtMs, this.#random.next);
    const held = await holdChunk({ feature, chunkId, wantPico, admittedAtMs, deadlineMs: admittedAtMs + RUN_MS }, ports);
    if (held.kind === 'refused') return;
    this.chunks.push({ held, entries: entries.map((entry) => ({ ...entry, day: held.chunk.day })) });
    await sealChunk(held, { sealedPico: wantPico - 5n, deadlineMs: admittedAtMs + RUN_MS }, ports);
  }

  /** As the harvester does: entries, mark, gate; again from the start when it died. */
  async #harvest(pick: number, ports: CompactorPorts): Promise<void> {
    const chunk = this.chunks[pick % Math.max(1, this.chunks.length)];
    if (chunk === undefined) return;
    const known = await findChunk(chunk.held.leaf, chunk.held.chunk.chunkId, ports);
    if (known?.phase === 'sealed') {
      const costs: bigint[] = [];
      for (const entry of chunk.entries) costs.push((await ports.ledger.record(entry)).costPico);
      const { hour } = chunk.entries[0] ?? this.#entry({ feature: 0, template: 0, tokens: 0 }, {});
      if (mayBeClosed(hour, ports.settings, ports.now())) await ports.ledger.markDirty(hour, ulid(ports.now(), this.#random.next));
      await settleChunk({ leaf: chunk.held.leaf, chunk: known }, sumPico(costs), ports);
    }
    if (known?.phase !== 'open') this.chunks = this.chunks.filter((other) => other !== chunk);
  }

  async #correct(step: Step & { kind: 'correct' }, ports: CompactorPorts): Promise<void> {
    const known = this.#known[step.pick % Math.max(1, this.#known.length)];
    const wrong = known === undefined ? undefined : await this.ports.ledger.find(known.requestId, known.attempt);
    if (wrong === undefined) return;
    const correction: LedgerEntry = { ...wrong, kind: 'correction', usage: NO_USAGE, costPico: BigInt(step.pico) };
    this.unfinished.push(correction);
    await this.#record(correction, ports);
  }

  async #record(correction: LedgerEntry | undefined, ports: CompactorPorts): Promise<void> {
    if (correction === undefined) return;
    await recordEntry(correction, ports);
    this.unfinished.splice(this.unfinished.indexOf(correction), 1);
  }

  /** Everybody comes to an end, nobody dies any more, and the compactor runs until it has nothing left to do. */
  async quiet(): Promise<void> {
    await this.perform({ kind: 'wait', minutes: 20 });
    await this.perform({ kind: 'compact' });
    while (this.late.length > 0) await this.perform({ kind: 'settle_late', pick: 0 });
    while (this.chunks.length > 0) await this.perform({ kind: 'harvest', pick: 0 });
    while (this.unfinished.length > 0) await this.perform({ kind: 'repeat_correction', pick: 0 });
    await this.perform({ kind: 'wait', minutes: 60 * 24 });
    for (let runs = 0; runs < 3; runs++) await this.perform({ kind: 'compact' });
  }
}
