import { ListTopicsCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { queueArn } from '../../local/physical.ts';
import { lanesOfTrace, parseCsvTrace } from '../../local/replay/request-trace.ts';
import type { Target } from '../../local/replay/targets.ts';
import type { Lane } from '../../local/replay/trace.ts';
import type { Random } from './seeded-random.ts';
import type { StackProcess } from './stack-process.ts';

/** Features of the example configuration that are called; the first has jobs too, so that both share a gate. */
export const TARGETS: readonly Target[] = [
  { feature: 'invoice-extractor', template: 'extract', inputTokens: 8_000, outputTokens: 1_024 },
  { feature: 'invoice-extractor', template: 'dispute', inputTokens: 8_000, outputTokens: 1_024 },
  { feature: 'support-copilot', template: 'reply', inputTokens: 64_000, outputTokens: 2_048 },
  { feature: 'docs-search', template: 'rerank', inputTokens: 12_000, outputTokens: 1_024 },
  { feature: 'ticket-triage', template: 'classify', inputTokens: 4_000, outputTokens: 512 },
];
const JOBS = [
  { feature: 'invoice-extractor', template: 'extract' },
  { feature: 'ticket-triage', template: 'classify' },
] as const;
const ALERTS = 'alerts-seen';
const LAST_ALERT = 'the end of the watch';

/** A trace of so many requests of 50 to 2,000 tokens. */
export function madeTrace(requests: number, random: Random): Lane[] {
  const lines = Array.from({ length: requests }, (_, n) => `${n / 20},${50 + random.below(1_950)},${10 + random.below(300)}`);
  return lanesOfTrace(parseCsvTrace(['t_s,in_tok,out_tok', ...lines].join('\n')));
}

/** Ten jobs by ten; answers `<feature>.<jobId>` of those that the queue took, as far as it came. */
export async function sendJobs({ sdk, local }: StackProcess, prefix: string, tens: number, taken: Set<string>): Promise<void> {
  const sqs = new SQSClient({ ...sdk, maxAttempts: 1 });
  for (let ten = 0; ten < tens; ten++) {
    const { feature, template } = JOBS[ten % JOBS.length] ?? JOBS[0];
    const ids = Array.from({ length: 10 }, (_, n) => `${prefix}-${ten}-${n}`);
    const Entries = ids.map((jobId, index) => {
      const request = { messages: [{ role: 'user', content: [{ text: `job ${jobId}` }] }], inferenceConfig: { maxTokens: 60 } };
      return { Id: String(index), MessageBody: JSON.stringify({ jobId, feature, template, request }) };
    });
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: local.queues.jobs, Entries }));
    for (const id of ids) taken.add(`${feature}.${id}`);
  }
}

/** From now on every alert is kept in a queue of the operator's. */
export async function keepAlerts(stack: StackProcess): Promise<void> {
  const { sdk } = stack;
  await new SQSClient(sdk).send(new CreateQueueCommand({ QueueName: ALERTS }));
  await new SNSClient(sdk).send(new SubscribeCommand({ TopicArn: await alertTopic(stack), Protocol: 'sqs', Endpoint: queueArn(ALERTS) }));
}

/** The alerts since then. Throws when an alert of its own does not arrive: silence proves nothing on a broken line. */
export async function keptAlerts(stack: StackProcess): Promise<string[]> {
  await new SNSClient(stack.sdk).send(new PublishCommand({ TopicArn: await alertTopic(stack), Message: LAST_ALERT }));
  const alerts = await drained(stack, `${stack.sdk.endpoint}/000000000000/${ALERTS}`);
  if (!alerts.some((alert) => alert.includes(LAST_ALERT))) throw new Error('alerts do not arrive');
  return alerts.filter((alert) => !alert.includes(LAST_ALERT));
}

async function alertTopic({ sdk }: StackProcess): Promise<string | undefined> {
  const { Topics = [] } = await new SNSClient(sdk).send(new ListTopicsCommand({}));
  return Topics[0]?.TopicArn;
}

/** Every message of a queue, taken off it. */
export async function drained({ sdk }: StackProcess, QueueUrl: string): Promise<string[]> {
  const sqs = new SQSClient(sdk);
  const bodies: string[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }));
    if (Messages.length === 0) return bodies;
    bodies.push(...Messages.map(({ Body = '' }) => Body));
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}
