import * as z from 'zod';
import type { BatchRecord } from '../core/batch-record.ts';
import { parseJson } from '../core/parse-json.ts';
import type { Message } from '../core/wire/converse.ts';

const count = z.int().nonnegative();
const isMessage = (value: unknown): value is Message =>
  typeof value === 'object' && value !== null && 'content' in value && Array.isArray(value.content);

const outputLine = z.object({
  recordId: z.string(),
  error: z.object({ errorCode: z.union([z.number(), z.string()]).optional(), errorMessage: z.string().optional() }).optional(),
  modelOutput: z
    .object({
      output: z.object({ message: z.custom<Message>(isMessage) }),
      stopReason: z.string(),
      usage: z
        .object({
          inputTokens: count,
          outputTokens: count,
          cacheReadInputTokens: count.optional(),
          cacheWriteInputTokens: count.optional(),
        })
        .optional(),
    })
    .optional(),
});

/** One line of a Bedrock output file of a Converse job. Caching does not work in batch; were it counted, writes would be the 5-minute kind. */
export function parseOutputLine(line: string): BatchRecord {
  const parsed = outputLine.safeParse(parseJson(line));
  if (!parsed.success) return { kind: 'unreadable' };
  const { recordId, error, modelOutput } = parsed.data;
  if (error !== undefined) return { kind: 'failed', recordId, reason: `${error.errorCode ?? ''} ${error.errorMessage ?? ''}`.trim() };
  if (modelOutput === undefined) return { kind: 'unreadable' };
  const { output, stopReason, usage } = modelOutput;
  return {
    kind: 'succeeded',
    recordId,
    message: output.message,
    stopReason,
    usage: usage && {
      input: usage.inputTokens,
      cacheRead: usage.cacheReadInputTokens ?? 0,
      cacheWrite5m: usage.cacheWriteInputTokens ?? 0,
      cacheWrite1h: 0,
      output: usage.outputTokens,
      reasoning: 0,
    },
  };
}
