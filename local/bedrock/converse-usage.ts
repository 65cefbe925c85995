import type { CacheUse } from './prompt-cache.ts';

/** Usage as Converse says it: `inputTokens` excludes what the cache read or wrote; an hour's writes come first in the details. */
export function usageOf(use: CacheUse, outputTokens: number) {
  const details = [
    { ttl: '1h', inputTokens: use.write1h },
    { ttl: '5m', inputTokens: use.write5m },
  ].filter(({ inputTokens }) => inputTokens > 0);
  return {
    inputTokens: use.input,
    outputTokens,
    totalTokens: use.input + use.read + use.write5m + use.write1h + outputTokens,
    cacheReadInputTokens: use.read,
    cacheWriteInputTokens: use.write5m + use.write1h,
    ...(details.length > 0 ? { cacheDetails: details } : {}),
  };
}

export type ConverseUsage = ReturnType<typeof usageOf>;
