import { z } from 'zod';
import { member } from '../../functions/core/member.ts';
import { usdToPico } from '../../functions/core/money.ts';
import { parseJson } from '../../functions/core/parse-json.ts';

const tokens = z.int().nonnegative();
const answerSchema = z.object({
  requestId: z.string(),
  usage: z.object({ inputTokens: tokens, outputTokens: tokens, cacheReadInputTokens: tokens, cacheWriteInputTokens: tokens }),
  receipt: z.object({ model: z.string(), escalated: z.boolean(), costUsd: z.string(), wouldRefuse: z.string().optional() }),
});
const refusalSchema = z.object({
  reason: z.string(),
  message: z.string().optional(),
  detail: z.string().optional(),
  evidence: z.object({ requestId: z.string().optional(), assumedUsd: z.string().optional() }).optional(),
});

/** What the caller of one request learned. `lost`: the call broke off, so whether it was paid is not known here. `unsent`: nobody listened. */
export type Outcome =
  | { readonly kind: 'answered'; readonly requestId: string; readonly costPico: bigint; readonly escalated: boolean; readonly usage: Usage }
  | { readonly kind: 'refused'; readonly reason: string; readonly message: string; readonly paid?: { requestId: string; costPico: bigint } }
  | { readonly kind: 'failed'; readonly error: string }
  | { readonly kind: 'lost'; readonly error: string }
  | { readonly kind: 'unsent'; readonly error: string };

type Usage = z.infer<typeof answerSchema>['usage'];

/** Reads the router's JSON: an answer, a refusal (of Invoke or of the gateway), or something that should not be. */
export function readOutcome(text: string): Outcome {
  const body = parseJson(text);
  const answer = answerSchema.safeParse(body);
  if (answer.success) {
    const { requestId, receipt, usage } = answer.data;
    return { kind: 'answered', requestId, costPico: usdToPico(receipt.costUsd), escalated: receipt.escalated, usage };
  }
  const refusal = refusalSchema.safeParse(member(body, 'refused') ?? body);
  if (!refusal.success) return { kind: 'failed', error: `not an answer of Spillway: ${text.slice(0, 200)}` };
  const { reason, message, detail, evidence } = refusal.data;
  const said = { kind: 'refused' as const, reason, message: message ?? detail ?? '' };
  if (evidence?.requestId === undefined || evidence.assumedUsd === undefined) return said;
  return { ...said, paid: { requestId: evidence.requestId, costPico: usdToPico(evidence.assumedUsd) } };
}
