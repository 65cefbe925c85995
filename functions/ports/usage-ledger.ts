import type { LedgerEntry } from '../core/ledger.ts';
import type { Rollup } from '../core/rollup.ts';
import type { HourCost } from '../core/trace/cost-series.ts';

/** The append-only record of what every attempt cost, and what is derived from it. */
export type UsageLedger = {
  /**
   * Puts the entry unless its key is taken. Either way answers the entry that is there now: the first put wins for ever. The instant
   * and hour of an entry are those of its request id's ulid, so that it is found from the request id alone.
   */
  record(entry: LedgerEntry): Promise<LedgerEntry>;
  /** The attempts and corrections of one request, oldest first. */
  ofRequest(requestId: string): Promise<LedgerEntry[]>;
  /** One entry, or undefined. Consistent read. */
  find(requestId: string, attempt: number): Promise<LedgerEntry | undefined>;
  /**
   * The entries admitted in a UTC hour, in the order of feature, template, ulid and attempt; of one feature, or one template of it, where asked.
   * Read in pages, shards in parallel, a page ahead: memory does not grow with the hour.
   */
  ofHour(hour: string, of?: { readonly feature: string; readonly template?: string }): AsyncIterable<LedgerEntry>;
  /** Marks a closed hour as changed, under a key of its own. */
  markDirty(hour: string, markId: string): Promise<void>;
  dirtyHours(): Promise<{ hour: string; markId: string }[]>;
  clearDirty(marks: readonly { hour: string; markId: string }[]): Promise<void>;
  /** Puts these in the place of the hour's rollups with the same keys: an hour may be put template by template. Idempotent. */
  putRollups(hour: string, rollups: readonly Rollup[]): Promise<void>;
  /** Rollups whose LOCAL day is in [fromDay, toDay]. */
  rollups(fromDay: string, toDay: string): AsyncIterable<Rollup>;
  /** One feature's rollups of one UTC hour, as far as it lies in the local `day`: a small read, however many features there are. */
  rollupsOf(day: string, hour: string, feature: string): Promise<Rollup[]>;
  /** What each rollup of a local day cost, and nothing else of it: for looking at everything, at half the work. */
  hourCosts(day: string): AsyncIterable<HourCost>;
  /** How far the compactor has come. Later hours have no rollups yet: read their entries. */
  progress(): Promise<Progress>;
  setProgress(progress: Progress): Promise<void>;
};

export type Progress = {
  /** Last UTC hour rolled up; all before it are, too. */
  readonly closedHour?: string;
  /** Last local day audited. */
  readonly auditedDay?: string;
};
