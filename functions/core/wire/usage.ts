import type { Usage } from '../usage.ts';

/** Tokens as answers count them: `inputTokens` without what was read from, or written to, the cache. */
export type WireUsage = {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheWriteInputTokens: number;
};

export const wireUsage = (usage: Usage): WireUsage => ({
  inputTokens: usage.input,
  outputTokens: usage.output,
  cacheReadInputTokens: usage.cacheRead,
  cacheWriteInputTokens: usage.cacheWrite5m + usage.cacheWrite1h,
});
