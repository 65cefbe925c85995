import type { Evidence } from '../core/errors.ts';
import type { Alerts } from '../ports/alerts.ts';
import type { BlobStore } from '../ports/blob-store.ts';
import type { SpendProfiles } from '../ports/spend-profiles.ts';
import type { TemplateProfiles } from '../ports/template-profiles.ts';
import type { UpkeepLease } from '../ports/upkeep-lease.ts';
import type { Log } from '../runtime/logger.ts';
import type { MoneyPorts } from '../use-cases/money-ports.ts';

export type CompactorPorts = MoneyPorts & {
  readonly alerts: Alerts;
  readonly blobs: Pick<BlobStore, 'putGzip'>;
  readonly profiles: TemplateProfiles & SpendProfiles;
  readonly lease: UpkeepLease;
  readonly log: Log;
};

/** What one run did, for its log line. */
export type Compaction = {
  resolvedSettled: number;
  resolvedAssumed: number;
  openChunksRemoved: number;
  hoursRolledUp: number;
  /** Closed or changed, and left to the next run. */
  hoursLeft: number;
  daysClosed: number;
  daysAudited: number;
  featuresDrifted: number;
  daysForgotten: number;
};

export const NOTHING_DONE: Compaction = {
  resolvedSettled: 0,
  resolvedAssumed: 0,
  openChunksRemoved: 0,
  hoursRolledUp: 0,
  hoursLeft: 0,
  daysClosed: 0,
  daysAudited: 0,
  featuresDrifted: 0,
  daysForgotten: 0,
};

/** One run of the compactor under way. */
export type Run = {
  readonly ports: CompactorPorts;
  readonly done: Compaction;
  readonly failures: unknown[];
  /** Nothing new is begun after it, nor when another has taken over. */
  readonly stopAtMs: number;
  readonly isLost: () => boolean;
};

export const isOver = ({ ports, stopAtMs, isLost }: Run): boolean => isLost() || ports.now() >= stopAtMs;

/** Does one piece of the work. What fails is logged, and does not stop the rest; the run fails with it at its end. Answers whether it was done. */
export async function attempt(run: Run, piece: Evidence, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    run.failures.push(error);
    run.ports.log('upkeep_failed', piece, error);
    return false;
  }
}
