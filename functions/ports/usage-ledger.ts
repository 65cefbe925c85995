import type { LedgerEntry } from '../core/ledger.ts';
import type { Rollup } from '../core/rollup.ts';

/** The append-only record of what every attempt cost, and what is derived from it. */
export type UsageLedger = {
  /**
   * Puts the entry unless its key is taken. Either way answers the entry that is there now: the first put wins for ever. The hour of an
   * entry is the hour of its request id's ulid, so that it is found from the request id alone.
   */
  record(entry: LedgerEntry): Promise<LedgerEntry>;
  /** The attempts and corrections of one request, oldest first. */
  ofRequest(requestId: string): Promise<LedgerEntry[]>;
  /** One entry, or undefined. Consistent read. */
  find(requestId: string, attempt: number): Promise<LedgerEntry | undefined>;
  /** All entries admitted in a UTC hour; read in pages, shards in parallel. */
  ofHour(hour: string): AsyncIterable<LedgerEntry>;
  /** Marks a closed hour as changed, under a key of its own. */
  markDirty(hour: string, markId: string): Promise<void>;
  dirtyHours(): Promise<{ hour: string; markId: string }[]>;
  clearDirty(marks: readonly { hour: string; markId: string }[]): Promise<void>;
  /** Replaces the rollups of an hour by these. Idempotent. */
  putRollups(hour: string, rollups: readonly Rollup[]): Promise<void>;
  /** Rollups whose LOCAL day is in [fromDay, toDay]. */
  rollups(fromDay: string, toDay: string): AsyncIterable<Rollup>;
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
