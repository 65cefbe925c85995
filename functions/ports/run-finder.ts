import type { Evidence } from '../core/errors.ts';
import type { RunState } from './run-store.ts';

export type FoundRun = {
  readonly feature: string;
  readonly run: string;
  readonly state: RunState;
  readonly trippedAtMs?: number;
  readonly evidence?: Evidence;
};

/** The operators' side of runs, who know a run's name and not its feature. */
export type RunFinder = {
  /** Those of these features that have a run of that name. */
  find(run: string, features: readonly string[]): Promise<FoundRun[]>;
  /** Runs whose breaker is open now. */
  open(nowMs: number): Promise<FoundRun[]>;
};
