import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { usdToPico } from '../../functions/core/money.ts';
import type { Settings } from '../../functions/core/settings.ts';
import type { RouteRequest } from '../../functions/core/wire/route.ts';
import type { Screen } from './screen.ts';

/** What a scene of the demo works with: the same endpoints and clients that a service would use. */
export type DemoContext = {
  readonly settings: Settings;
  readonly lambda: LambdaClient;
  readonly sqs: SQSClient;
  readonly routerName: string;
  readonly queues: { readonly jobs: string; readonly results: string };
  readonly inboxUrl: string;
  readonly devUrl: string;
  readonly screen: Screen;
};

const answerSchema = z.object({
  requestId: z.string(),
  output: z.object({ message: z.record(z.string(), z.unknown()) }).optional(),
  stopReason: z.string(),
  receipt: z.object({
    model: z.string(),
    arm: z.string(),
    reason: z.string(),
    escalated: z.boolean(),
    costUsd: z.string(),
    warnings: z.array(z.string()),
    wouldRefuse: z.string().optional(),
  }),
});
const refusedSchema = z.object({ refused: z.object({ reason: z.string(), message: z.string() }) });

export type Routed =
  | { readonly kind: 'answered'; readonly answer: z.infer<typeof answerSchema>; readonly costPico: bigint }
  | { readonly kind: 'refused'; readonly reason: string; readonly message: string };

/** Invokes the router as a service would, and reads what comes back. */
export async function routeThrough(context: DemoContext, request: RouteRequest): Promise<Routed> {
  const { Payload, FunctionError } = await context.lambda.send(
    new InvokeCommand({ FunctionName: context.routerName, Payload: JSON.stringify(request) }),
  );
  const text = Buffer.from(Payload ?? []).toString();
  if (FunctionError !== undefined) throw new Error(`the router failed: ${text.slice(0, 300)}`);
  const refused = refusedSchema.safeParse(JSON.parse(text));
  if (refused.success) return { kind: 'refused', ...refused.data.refused };
  const answer = answerSchema.parse(JSON.parse(text));
  return { kind: 'answered', answer, costPico: usdToPico(answer.receipt.costUsd) };
}

/** Runs a scheduled function now, as its schedule would. */
export async function runSchedule(context: DemoContext, functionKey: string): Promise<void> {
  const response = await fetch(`${context.devUrl}/schedule/${functionKey}`, { method: 'POST' });
  if (!response.ok) throw new Error(`the schedule of ${functionKey} failed: ${(await response.text()).slice(0, 300)}`);
}
