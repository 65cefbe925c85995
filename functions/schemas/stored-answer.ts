import * as z from 'zod';
import { REFUSALS, type RefusalReason } from '../core/errors.ts';
import type { RouteAnswer } from '../core/wire/route.ts';
import { message } from './converse.ts';

const count = z.int().nonnegative();
const isReason = (value: unknown): value is RefusalReason => typeof value === 'string' && Object.hasOwn(REFUSALS, value);

const storedAnswer = z.object({
  requestId: z.string(),
  output: z.object({ message }).exactOptional(),
  stopReason: z.string(),
  usage: z.object({ inputTokens: count, outputTokens: count, cacheReadInputTokens: count, cacheWriteInputTokens: count }),
  receipt: z.object({
    model: z.string(),
    arm: z.enum(['cheap', 'strong']),
    reason: z.string(),
    escalated: z.boolean(),
    attempts: count,
    costUsd: z.string(),
    holdUsd: z.string(),
    maxTokensClampedTo: count.exactOptional(),
    wouldRefuse: z.custom<RefusalReason>(isReason).exactOptional(),
    budget: z.array(z.object({ scope: z.string(), remainingUsd: z.string() })),
    warnings: z.array(z.string()),
    replayed: z.boolean().exactOptional(),
  }),
});

/** Reads an answer that was kept for repeats of its idempotency key. */
export const parseStoredAnswer = (json: string): RouteAnswer => storedAnswer.parse(JSON.parse(json));
