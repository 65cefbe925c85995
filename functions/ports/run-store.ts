import type { Evidence } from '../core/errors.ts';
import type { PicoUsd } from '../core/money.ts';

/** What is known of one explicit run: the agent's loop that the caller named. */
export type RunState = {
  readonly calls: number;
  /** At least what its first attempts cost: holds count whole until the environment that made the call tells, with a later one, what it was. */
  readonly spentPico: PicoUsd;
  /** Fingerprints of the run's requests, oldest first, at most the last 64. */
  readonly fingerprints: readonly string[];
  readonly openUntilMs?: number;
  readonly reason?: string;
  /** How often its breaker has opened. */
  readonly trips?: number;
} & Partial<RunPlace>;

/** Where a run stands under the run that began it: the first of its tree, generations above it, and its number among all below the first. */
export type RunPlace = { readonly root: string; readonly depth: number; readonly order: number };

export type RunStore = {
  /**
   * Appends the request's fingerprint, counts the call and adds its money, in ONE write that fails when the run's breaker is open, and answers the
   * run as it is after it: parallel twins see each other before they are paid. Idempotent by `callId`: a repeated write counts once.
   */
  enter(
    feature: string,
    run: string,
    call: { callId: string; fingerprint: string; atMs: number; addPico: PicoUsd },
  ): Promise<{ kind: 'entered' | 'open'; run: RunState }>;
  /** Puts a new run under its parent, once in its life. Answers where it stands; a number may be skipped, and none is given twice. */
  join(feature: string, run: string, under: { parent: string; atMs: number }): Promise<RunPlace>;
  read(feature: string, run: string): Promise<RunState | undefined>;
  /** Opens the run's breaker until then. `changed` for exactly one of several tripping callers. */
  trip(
    feature: string,
    run: string,
    trip: { untilMs: number; reason: string; atMs: number; evidence?: Evidence },
  ): Promise<'changed' | 'refused'>;
  reset(feature: string, run: string): Promise<void>;
};
