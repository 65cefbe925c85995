import { randomUUID } from 'node:crypto';
import { BedrockClient, ListModelInvocationJobsCommand } from '@aws-sdk/client-bedrock';
import { DynamoDBClient, paginateScan, QueryCommand } from '@aws-sdk/client-dynamodb';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { controlKeys } from '../../functions/adapters/tables.ts';
import type { FunctionKey } from '../../local/outputs.ts';
import { queueArn } from '../../local/physical.ts';
import type { TestStack } from './stack.ts';

const PATIENCE_WHEN_DENIED_MS = 15_000;
/** The queue that hears the alerts. */
export const ALERTS = 'alerts-seen';
const answerSchema = z.object({ jobId: z.string(), status: z.string() });

export function promise(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

export const request = (text: string, more: object = {}) => ({
  feature: 'invoice-extractor',
  template: 'extract',
  messages: [{ role: 'user', content: [{ text: `${text} ${randomUUID()}` }] }],
  inferenceConfig: { maxTokens: 60 },
  ...more,
});

/** The same tool call with the same result, four times: a loop of a run of its own. */
export function loop() {
  const turns = [1, 2, 3, 4].flatMap((turn) => [
    { role: 'assistant', content: [{ toolUse: { toolUseId: `t${turn}`, name: 'read', input: {} } }] },
    { role: 'user', content: [{ toolResult: { toolUseId: `t${turn}`, content: [{ text: 'gone' }] } }] },
  ]);
  return request('loop', { run: randomUUID(), messages: [{ role: 'user', content: [{ text: 'go' }] }, ...turns] });
}

export async function throughRouter(stack: TestStack, body: object): Promise<string> {
  const result = await stack.invoke('router', body);
  promise(result.kind === 'answered', `the router failed: ${JSON.stringify(result)}`);
  return result.payload;
}

export async function throughGateway(stack: TestStack, body: object): Promise<string> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${stack.apiKey}` };
  return (await fetch(`${stack.gatewayUrl}/v1/route`, { method: 'POST', headers, body: JSON.stringify(body) })).text();
}

/** The call's money is in the books under its request id. */
export async function booked(stack: TestStack, answer: string): Promise<void> {
  const requestId = /"requestId":"([^"]+)"/.exec(answer)?.[1];
  promise(requestId !== undefined, `no answer: ${answer.slice(0, 200)}`);
  const scan = {
    TableName: stack.tables.ledger,
    FilterExpression: 'begins_with(pk, :usage) AND begins_with(sk, :request)',
    ExpressionAttributeValues: { ':usage': { S: 'usage#' }, ':request': { S: requestId.replaceAll('.', '#') } },
  };
  const pages = paginateScan({ client: new DynamoDBClient(stack.sdk) }, scan);
  for await (const { Count = 0 } of pages) if (Count > 0) return;
  throw new Error(`${requestId} is not in the ledger`);
}

/** Alerts go to a queue that the operator has subscribed. */
export async function watchAlerts(stack: TestStack): Promise<void> {
  await new SQSClient(stack.sdk).send(new CreateQueueCommand({ QueueName: ALERTS }));
  const subscription = { TopicArn: stack.alertTopic, Protocol: 'sqs', Endpoint: queueArn(ALERTS) };
  await new SNSClient(stack.sdk).send(new SubscribeCommand(subscription));
}

export async function anAlertArrives(stack: TestStack): Promise<void> {
  const sqs = new SQSClient(stack.sdk);
  const QueueUrl = `${stack.endpoint}/000000000000/${ALERTS}`;
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 2 }));
  for (const { ReceiptHandle } of Messages) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  promise(Messages.length > 0, 'no alert arrived');
}

/** What an earlier step was alerted of must not be taken for this one's. */
export async function forgetAlerts(stack: TestStack): Promise<void> {
  await new SQSClient(stack.sdk).send(new PurgeQueueCommand({ QueueUrl: `${stack.endpoint}/000000000000/${ALERTS}` }));
}

/** Ids of the chunks of jobs that are staged and not yet submitted, answered or given up. */
export async function stagedChunks(stack: TestStack): Promise<(string | undefined)[]> {
  const { pk } = controlKeys.chunk('');
  const query = { TableName: stack.tables.control, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: pk } } };
  const { Items = [] } = await new DynamoDBClient(stack.sdk).send(new QueryCommand(query));
  return Items.map(({ sk }) => sk?.S);
}

export async function scheduled(stack: TestStack, key: FunctionKey): Promise<void> {
  const result = await stack.runSchedule(key);
  promise(result.kind !== 'failed', `${key} failed: ${JSON.stringify(result)}`);
}

export async function enqueue(stack: TestStack, ids: readonly string[], deadline?: string): Promise<void> {
  const sqs = new SQSClient(stack.sdk);
  // What an earlier, failed run has left behind is none of this run's business.
  await sqs.send(new PurgeQueueCommand({ QueueUrl: stack.queues.jobs }));
  for (let first = 0; first < ids.length; first += 10) {
    const Entries = ids.slice(first, first + 10).map((jobId, index) => {
      const { feature, template, messages } = request('job');
      const body = { jobId, feature, template, request: { messages, inferenceConfig: { maxTokens: 60 } }, deadline };
      return { Id: String(index), MessageBody: JSON.stringify(body) };
    });
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: stack.queues.jobs, Entries }));
  }
}

/** Lets the provider work until each of these jobs is answered, once or more. */
export async function answersOf(stack: TestStack, ids: readonly string[], patienceMs: number): Promise<Map<string, string>> {
  const sqs = new SQSClient(stack.sdk);
  const waiting = new Set(ids);
  const statuses = new Map<string, string>();
  const startedAt = performance.now();
  const denials = stack.guard.denials().length;
  while (waiting.size > 0) {
    // Once a call was denied, more time mends nothing.
    const patience = stack.guard.denials().length > denials ? Math.min(patienceMs, PATIENCE_WHEN_DENIED_MS) : patienceMs;
    promise(performance.now() - startedAt < patience, `${waiting.size} of ${ids.length} answers did not arrive`);
    await scheduled(stack, 'batchSubmitter');
    await stack.bedrock?.advanceBatch();
    await scheduled(stack, 'batchHarvester');
    const receive = new ReceiveMessageCommand({ QueueUrl: stack.queues.results, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 });
    for (;;) {
      const { Messages = [] } = await sqs.send(receive);
      if (Messages.length === 0) break;
      for (const { Body = '', ReceiptHandle } of Messages) {
        const { jobId, status } = answerSchema.parse(JSON.parse(Body));
        if (waiting.delete(jobId)) statuses.set(jobId, status);
        await sqs.send(new DeleteMessageCommand({ QueueUrl: stack.queues.results, ReceiptHandle }));
      }
    }
  }
  return statuses;
}

/** Taken jobs are off the queue: seen as neither waiting nor in flight. */
export async function jobsAreOffTheQueue(stack: TestStack): Promise<void> {
  const sqs = new SQSClient(stack.sdk);
  const waiting = async () => {
    const AttributeNames = ['ApproximateNumberOfMessages' as const, 'ApproximateNumberOfMessagesNotVisible' as const];
    const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: stack.queues.jobs, AttributeNames }));
    return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
  };
  const giveUpAt = performance.now() + 5_000;
  while ((await waiting()) > 0) promise(performance.now() < giveUpAt, 'jobs that were answered are still on the queue');
}

/** Until the provider has got the jobs: the intake gathers them for some seconds first. */
export async function submitted(stack: TestStack, records: number): Promise<void> {
  const giveUpAt = performance.now() + 30_000;
  const bedrock = new BedrockClient(stack.sdk);
  const jobs = async () => (await bedrock.send(new ListModelInvocationJobsCommand({}))).invocationJobSummaries?.length;
  const before = await jobs();
  while ((await jobs()) === before) {
    promise(performance.now() < giveUpAt, `${records} jobs were not submitted`);
    await scheduled(stack, 'batchSubmitter');
  }
}

/** Runs the report a week later, and answers the link in its mail. */
export async function nextReport(stack: TestStack): Promise<string> {
  const before = (await inbox(stack)).length;
  stack.clock.advance(WEEK_MS);
  await scheduled(stack, 'wasteReport');
  const [mail] = (await inbox(stack)).slice(before);
  const link = /https?:\/\/\S+\/reports\/\S+\?t=[\w-]+/.exec(mail?.body.text ?? '')?.[0];
  promise(link !== undefined, 'no new mail with a link');
  return link;
}

export async function inbox(stack: TestStack) {
  return inboxSchema.parse(await (await fetch(`${stack.inboxUrl}/store`)).json()).emails;
}

export const reportRole = ({ template }: TestStack) => String(template.properties(template.outputResource('WasteReportFunction'))['Role']);

export const WEEK_MS = 7 * 24 * 3_600_000;
const inboxSchema = z.object({ emails: z.array(z.object({ body: z.object({ text: z.string().optional() }) })) });
