/** What is known of one explicit run: the agent's loop that the caller named. */
export type RunState = {
  readonly calls: number;
  /** Fingerprints of the run's requests, oldest first, at most the last 64. */
  readonly fingerprints: readonly string[];
  readonly openUntilMs?: number;
  readonly reason?: string;
};

export type RunStore = {
  /**
   * Appends the request's fingerprint and counts the call, in ONE write that fails when the run's breaker is open, and answers the run as
   * it is after it: parallel twins see each other before they are paid. Idempotent by `callId`: a repeated write counts once.
   */
  enter(
    feature: string,
    run: string,
    call: { callId: string; fingerprint: string; atMs: number },
  ): Promise<{ kind: 'entered' | 'open'; run: RunState }>;
  /** Opens the run's breaker until then. `changed` for exactly one of several tripping callers. */
  trip(feature: string, run: string, trip: { untilMs: number; reason: string; atMs: number }): Promise<'changed' | 'refused'>;
  reset(feature: string, run: string): Promise<void>;
};
