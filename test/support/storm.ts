import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { z } from 'zod';
import { itemKey } from '../../functions/adapters/dynamodb-client.ts';
import { parseGate } from '../../functions/adapters/gate-item.ts';
import { controlKeys } from '../../functions/adapters/tables.ts';
import { capUses } from '../../functions/core/budget.ts';
import { localDay, utcHour } from '../../functions/core/calendar.ts';
import type { Gate, Scope } from '../../functions/core/gate.ts';
import { capsOf } from '../../functions/core/gate-tree.ts';
import { usdToPico } from '../../functions/core/money.ts';
import { parseJson } from '../../functions/core/parse-json.ts';
import type { Settings } from '../../functions/core/settings.ts';
import { inParallel } from '../../functions/use-cases/in-parallel.ts';
import type { TestStack } from './stack.ts';
import { type StormCall, type StormCap, stormCall } from './storm-caps.ts';

const answerSchema = z.object({ requestId: z.string(), receipt: z.object({ costUsd: z.string() }) });
const evidenceSchema = z.object({
  scope: z.string(),
  period: z.enum(['hourly', 'daily', 'monthly']),
  capUsd: z.string(),
  committedUsd: z.string(),
  neededUsd: z.string(),
});
const refusalSchema = z.object({ refused: z.object({ reason: z.string(), message: z.string(), evidence: z.unknown() }) });

/** What is stormed: a stack in this process, or in one of its own. */
export type Stormed = {
  readonly sdk: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { accessKeyId: string; secretAccessKey: string };
  };
  readonly functions: { readonly router: string };
  readonly tables: { readonly control: string };
  readonly settings: Settings;
  /** The stack's own time. */
  readonly now: () => number;
};

export const inProcess = (stack: TestStack, settings: Settings): Stormed => ({ ...stack, settings, now: () => stack.clock.now() });

type Evidence = z.infer<typeof evidenceSchema>;
/** `lost`: the connection broke, so whether the call was paid is not known here. */
export type StormOutcome = { readonly call: StormCall; readonly feature: string; readonly latencyMs: number } & (
  | { readonly kind: 'answered'; readonly requestId: string; readonly costPico: bigint }
  | { readonly kind: 'refused'; readonly reason: string; readonly message: string; readonly evidence: Evidence | undefined }
  | { readonly kind: 'lost' }
);
/** `passed`: each time that a gate was seen with more committed than its cap. */
export type Storm = { readonly outcomes: readonly StormOutcome[]; readonly passed: readonly string[] };

/** `calls` at once, as many as the host runs beside each other; or one after the other over `spreadMs`. `onEnd` hears of each that ended. */
export type StormSize = {
  readonly calls: number;
  readonly width: number;
  readonly spreadMs?: number;
  readonly onEnd?: (ended: number) => void;
};

const WATCH_MS = 100;

/** Calls the router as often as said, by Invoke, and watches the gates of the cap meanwhile. */
export async function storm(cap: StormCap, { calls, width, spreadMs = 0, onEnd }: StormSize, stormed: Stormed): Promise<Storm> {
  const lambda = new LambdaClient({ ...stormed.sdk, maxAttempts: 1, requestHandler: { httpAgent: { maxSockets: calls } } });
  const outcomes: StormOutcome[] = [];
  const passed: string[] = [];
  const over = new AbortController();
  const watching = watch(cap, stormed, over.signal, passed);
  const startMs = performance.now();
  await inParallel(Array(calls).keys(), spreadMs > 0 ? calls : width, async (n) => {
    if (spreadMs > 0) await sleep(Math.max(0, startMs + (n * spreadMs) / calls - performance.now()));
    outcomes.push(await oneCall(cap, n, lambda, stormed));
    onEnd?.(outcomes.length);
  });
  over.abort();
  await watching;
  lambda.destroy();
  return { outcomes, passed };
}

async function oneCall(cap: StormCap, n: number, lambda: LambdaClient, { functions, settings }: Stormed): Promise<StormOutcome> {
  const feature = cap.features[n % cap.features.length] ?? '';
  const call = stormCall(feature, n, cap.costs, settings);
  const sentMs = performance.now();
  const of = () => ({ call, feature, latencyMs: performance.now() - sentMs });
  const command = new InvokeCommand({ FunctionName: functions.router, Payload: JSON.stringify(call.request) });
  const answer = await lambda.send(command).catch(() => undefined);
  if (answer === undefined || answer.FunctionError !== undefined) return { ...of(), kind: 'lost' };
  const body = parseJson(Buffer.from(answer.Payload ?? []).toString());
  const answered = answerSchema.safeParse(body);
  if (answered.success)
    return { ...of(), kind: 'answered', requestId: answered.data.requestId, costPico: usdToPico(answered.data.receipt.costUsd) };
  const { reason, message, evidence } = refusalSchema.parse(body).refused;
  return { ...of(), kind: 'refused', reason, message, evidence: evidenceSchema.safeParse(evidence).data };
}

async function watch({ scopes }: StormCap, stormed: Stormed, over: AbortSignal, passed: string[]): Promise<void> {
  const client = new DynamoDBClient({ ...stormed.sdk, maxAttempts: 1 });
  while (!over.aborted) {
    for (const scope of scopes) {
      const gate = await readGate(scope, client, stormed).catch(() => undefined);
      for (const use of gate === undefined ? [] : capsInUse(gate, stormed))
        if (use.committedPico > use.capPico) passed.push(`${scope} has committed ${use.committedPico} of ${use.capPico} (${use.period})`);
    }
    await sleep(WATCH_MS, undefined, { signal: over }).catch(() => undefined);
  }
  client.destroy();
}

async function readGate(scope: Scope, client: DynamoDBClient, { tables }: Stormed): Promise<Gate> {
  const command = new GetItemCommand({ TableName: tables.control, Key: itemKey(controlKeys.gate(scope)), ConsistentRead: true });
  return parseGate(scope, (await client.send(command)).Item);
}

/** Each cap of a gate in the periods of this moment, and what is committed under it. */
function capsInUse(gate: Gate, { settings, now }: Stormed) {
  const nowMs = now();
  return capUses(gate, capsOf(gate.scope, settings), { day: localDay(nowMs, settings.timezone), hour: utcHour(nowMs) });
}
