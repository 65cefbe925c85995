import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { breakService } from '../support/broken-service.ts';
import { CANARY, canarySightings } from '../support/canary.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { ALERTS, answersOf, inbox, jobsAreOffTheQueue, request, watchAlerts } from '../support/stack-actions.ts';

const A_BATCH_MS = 15_000;
let stack: TestStack;
let sqs: SQSClient;
let visibilityMs: number;
beforeAll(async () => {
  stack = await startTestStack();
  sqs = new SQSClient(stack.sdk);
  await watchAlerts(stack);
  const asked = { QueueUrl: stack.queues.jobs, AttributeNames: ['VisibilityTimeout' as const] };
  visibilityMs = Number((await sqs.send(new GetQueueAttributesCommand(asked))).Attributes?.['VisibilityTimeout']) * 1_000;
}, 120_000);
afterAll(() => stack.stop());

const send = (MessageBody: string) => sqs.send(new SendMessageCommand({ QueueUrl: stack.queues.jobs, MessageBody }));
/** So near its deadline that it is not kept waiting for company. */
const job = (jobId: string, more: object = {}) => {
  const { feature, template, messages } = request(CANARY);
  const deadline = new Date(stack.clock.now() + 3_600_000).toISOString();
  return JSON.stringify({ jobId, feature, template, deadline, request: { messages, inferenceConfig: { maxTokens: 60 } }, ...more });
};
const lines = () => stack.host('batchIntake').options.log.lines();
const takes = () => lines().filter((line) => line.startsWith('REPORT')).length;
const nextTake = (before: number) => vi.waitFor(() => expect(takes()).toBeGreaterThan(before), { timeout: A_BATCH_MS, interval: 50 });
/** Time goes by until what failed is delivered again. */
async function redeliver(): Promise<void> {
  const before = takes();
  stack.clock.advance(visibilityMs);
  await nextTake(before);
}
async function bodiesOf(QueueUrl: string): Promise<string[]> {
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 }));
  return Messages.map(({ Body = '' }) => Body);
}

/** Messages that name no job: nobody can be answered. */
const poison = [`${CANARY} is not JSON`, `{"feature":"invoice-extractor","request":"${CANARY}"}`];

describe('messages that name no job', () => {
  it('harm no other message of their batch', async () => {
    const before = takes();
    for (const body of [
      ...poison,
      job('good-1'),
      job('bad-1', { template: `${CANARY} !` }),
      job('bad-2', { request: CANARY }),
      job('good-2'),
    ]) {
      await send(body);
    }
    await nextTake(before);
    const statuses = await answersOf(stack, ['good-1', 'good-2', 'bad-1', 'bad-2'], 30_000);
    expect(Object.fromEntries(statuses)).toEqual({ 'good-1': 'succeeded', 'good-2': 'succeeded', 'bad-1': 'failed', 'bad-2': 'failed' });
  }, 60_000);
});

describe('jobs that come while the store is down', () => {
  it('stay in the queue, and are answered when it is back', async () => {
    const mend = breakService(stack, 'dynamodb', 'unreachable');
    const before = takes();
    await send(job('patient'));
    await nextTake(before);
    mend();
    expect(lines().some((line) => line.includes('"event":"intake_failed"'))).toBe(true);
    stack.clock.advance(visibilityMs);
    expect((await answersOf(stack, ['patient'], 30_000)).get('patient')).toBe('succeeded');
  }, 60_000);

  it('and while the settings cannot be read too', async () => {
    const mend = breakService(stack, 'ssm', 'unreachable');
    await stack.host('batchIntake').recycle();
    const before = takes();
    await send(job('unsettled'));
    await nextTake(before);
    mend();
    stack.clock.advance(visibilityMs);
    expect((await answersOf(stack, ['unsettled'], 30_000)).get('unsettled')).toBe('succeeded');
  }, 60_000);
});

describe('messages that name no job, in the end', () => {
  it('are in the dead-letter queue as they were sent, and the bad jobs are not answered again', async () => {
    for (let receives = 3; receives < 5; receives += 1) await redeliver();
    stack.clock.advance(visibilityMs);
    const dead = () => bodiesOf(stack.queues.jobsDeadLetter);
    await vi.waitFor(async () => expect((await dead()).sort()).toEqual(poison.sort()), { timeout: A_BATCH_MS, interval: 200 });
    await jobsAreOffTheQueue(stack);
    expect(await bodiesOf(stack.queues.results)).toEqual([]);
  }, 120_000);
});

describe('a report that SES refuses', () => {
  const reports = async (week: string) => {
    const wanted = { Bucket: stack.bucket, Key: `reports/${week}/report.json` };
    return JSON.parse(
      (await (await new S3Client({ ...stack.sdk, forcePathStyle: true }).send(new GetObjectCommand(wanted))).Body?.transformToString()) ??
        '',
    );
  };

  it('is kept, raises an alert that says what to do, and goes out with the next run', async () => {
    const rejection = { code: 'MessageRejected', message: 'Email address is not verified.', status: 400 };
    const mend = breakService(stack, 'ses', rejection);
    const failed = await stack.runSchedule('wasteReport');
    mend();
    expect(failed).toMatchObject({ kind: 'failed', error: { errorMessage: expect.stringMatching(/^mail_refused: .*verify the sender/) } });
    const [alert = ''] = await bodiesOf(`${stack.endpoint}/000000000000/${ALERTS}`);
    expect(alert).toMatch(/report_failed.*verify the sender/s);
    const week = /\d{4}-W\d{2}/.exec(alert)?.[0] ?? '';
    expect((await reports(week)).week).toBe(week);
    expect(await inbox(stack)).toEqual([]);
    expect(await stack.runSchedule('wasteReport')).toMatchObject({ kind: 'answered', payload: expect.stringContaining('"sent"') });
    expect(await inbox(stack)).toHaveLength(1);
  });
});

describe('after all of it', () => {
  it('no log, table, mail or alert holds a word of a prompt', async () => {
    expect(await canarySightings(stack)).toEqual([]);
  });
});
