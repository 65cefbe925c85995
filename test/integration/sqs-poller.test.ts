import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Clock } from '../../local/clock.ts';
import { SqsPoller } from '../../local/sources/sqs.ts';
import { type LambdaServer, startLambdaServer } from '../support/lambda-server.ts';

let fauxqs: FauxqsServer;
let lambda: LambdaServer;
let sqs: SQSClient;
const VISIBILITY_SECONDS = 600;

beforeAll(async () => {
  fauxqs = await startFauxqs({ port: 0, logger: false });
  lambda = await startLambdaServer();
  const endpoint = `http://127.0.0.1:${new URL(fauxqs.address).port}`;
  sqs = new SQSClient({
    endpoint,
    region: 'us-east-1',
    useQueueUrlAsEndpoint: false,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
});
afterAll(async () => {
  await lambda.stop();
  await fauxqs.stop();
});

async function queue(name: string, deadLetter?: string) {
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: `arn:aws:sqs:us-east-1:000000000000:${deadLetter}`, maxReceiveCount: 2 });
  const Attributes = { VisibilityTimeout: String(VISIBILITY_SECONDS), ...(deadLetter === undefined ? {} : { RedrivePolicy }) };
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
  return { url: QueueUrl ?? '', arn: `arn:aws:sqs:us-east-1:000000000000:${name}` };
}

const waiting = async (url: string) => {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...names] }));
  return names.map((name) => Number(Attributes?.[name]));
};

describe('an event source mapping', () => {
  it('invokes with a full batch, deletes what succeeded, and lets the queue redrive the poison message', async () => {
    const dead = await queue('dead');
    const jobs = await queue('jobs', 'dead');
    const clock = new Clock();
    const host = lambda.deploy('partial');
    const source = {
      ...{ queueUrl: jobs.url, queueArn: jobs.arn, visibilityTimeoutMs: VISIBILITY_SECONDS * 1_000 },
      ...{ batchSize: 20, windowMs: 500, partialResponses: true, maximumConcurrency: 2 },
    };
    for (let index = 0; index < 20; index += 1) {
      await sqs.send(new SendMessageCommand({ QueueUrl: jobs.url, MessageBody: index === 7 ? 'poison' : `job ${index}` }));
    }
    const poller = new SqsPoller({ source, host, asFunction: sqs, asOperator: sqs, clock });
    poller.start();
    try {
      await vi.waitFor(async () => expect(await waiting(jobs.url)).toEqual([0, 1]), 10_000);
      expect(host.options.log.lines().filter((line) => line.startsWith('REPORT'))).toHaveLength(1);
      clock.advance(VISIBILITY_SECONDS * 1_000);
      await vi.waitFor(() => expect(host.options.log.lines().filter((line) => line.startsWith('REPORT'))).toHaveLength(2), 10_000);
      await vi.waitFor(async () => expect(await waiting(jobs.url)).toEqual([0, 1]), 10_000);
      clock.advance(VISIBILITY_SECONDS * 1_000);
      await vi.waitFor(async () => expect(await waiting(dead.url)).toEqual([1, 0]), 10_000);
      const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: dead.url }));
      expect(Messages?.[0]?.Body).toBe('poison');
    } finally {
      await poller.stop();
    }
  });

  it('loses nothing and leaves nothing hidden when it stops while a batch is being collected', async () => {
    const jobs = await queue('stopped');
    const source = {
      ...{ queueUrl: jobs.url, queueArn: jobs.arn, visibilityTimeoutMs: VISIBILITY_SECONDS * 1_000 },
      ...{ batchSize: 100, windowMs: 60_000, partialResponses: true, maximumConcurrency: 2 },
    };
    const poller = new SqsPoller({ source, host: lambda.deploy('partial'), asFunction: sqs, asOperator: sqs, clock: new Clock() });
    await sqs.send(new SendMessageCommand({ QueueUrl: jobs.url, MessageBody: 'later' }));
    poller.start();
    await vi.waitFor(async () => expect(await waiting(jobs.url)).toEqual([0, 1]), 5_000);
    await poller.stop();
    expect(await waiting(jobs.url)).toEqual([1, 0]);
  });
});
