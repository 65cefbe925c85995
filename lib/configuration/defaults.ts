/** What a configuration need not say. Sources: 4 identical pairs stop no run that recovers (measured on about 9,000 agent runs). */
export const DEFAULT_LIMITS = { inputTokens: 16_000, outputTokens: 2_048, minOutputTokens: 64 } as const;
export const DEFAULT_LOOP = {
  identicalPairs: 4,
  sameErrors: 6,
  staleTurns: 12,
  identicalRequests: 4,
  coolDownMs: 300_000,
  polling: [],
} as const;
export const DEFAULT_BATCH = { maxDelayHours: 24, afterDeadline: 'wait', replyTo: [] } as const;
export const DEFAULT_PIPELINE = { budgetShare: 0.5, maxJobsInFlight: 10 } as const;
export const DEFAULT_REPORT_AT = 'Friday 16:00';
/** Share of quality that may be lost by routing: the evidence holds up to 5 %, 2 % is the careful choice. */
export const DEFAULT_TOLERANCE = 0.02;
export const DEFAULT_RETENTION_DAYS = 400;
export const DEFAULT_TIMEOUT_SECONDS = 120;
export const DEFAULT_BUDGET_WAIT_MS = 2_000;
