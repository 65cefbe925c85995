import { randomUUID } from 'node:crypto';
import { DeleteObjectCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { TestStack } from './stack.ts';
import {
  anAlertArrives,
  answersOf,
  booked,
  enqueue,
  forgetAlerts,
  inbox,
  jobsAreOffTheQueue,
  loop,
  nextReport,
  promise,
  reportRole,
  request,
  scheduled,
  stagedChunks,
  submitted,
  throughGateway,
  throughRouter,
  WEEK_MS,
} from './stack-actions.ts';

/** Something that a user sees work. It may be run again and again; it throws when what it promises does not happen. */
export type Step = { readonly name: string; readonly run: (stack: TestStack) => Promise<void> };

const JOBS = 100;

/** Everything the suite needs permissions for. The first step that uses a permission is the one that must fail without it. */
export const STEPS: readonly Step[] = [
  {
    name: 'the router answers, and books',
    run: async (stack) => booked(stack, await throughRouter(stack, request('hello'))),
  },
  {
    name: 'the router remembers an idempotency key',
    run: async (stack) => {
      const keyed = request('once', { idempotencyKey: randomUUID() });
      await throughRouter(stack, keyed);
      promise((await throughRouter(stack, keyed)).includes('"replayed":true'), 'called twice');
    },
  },
  {
    name: 'the router tells the owner of a loop',
    run: async (stack) => {
      await forgetAlerts(stack);
      promise((await throughRouter(stack, loop())).includes('loop_detected'), 'the loop was not seen');
      await anAlertArrives(stack);
    },
  },
  {
    name: 'the gateway answers, and books',
    run: async (stack) => booked(stack, await throughGateway(stack, request('hello'))),
  },
  {
    name: 'the gateway streams',
    run: async (stack) => {
      // A feature whose strong model answers at once: a cheap answer is checked first, and not streamed as it comes.
      const streamed = request('hello', { stream: true, feature: 'month-end-close', template: 'reconcile' });
      promise((await throughGateway(stack, streamed)).includes('event: receipt'), 'no stream');
    },
  },
  {
    name: 'the gateway tells the owner of a loop',
    run: async (stack) => {
      await forgetAlerts(stack);
      promise((await throughGateway(stack, loop())).includes('loop_detected'), 'the loop was not seen');
      await anAlertArrives(stack);
    },
  },
  {
    name: 'offline jobs are answered through a batch job',
    run: async (stack) => {
      const ids = Array.from({ length: JOBS }, () => randomUUID());
      await enqueue(stack, ids);
      const statuses = await answersOf(stack, ids, 60_000);
      promise(
        [...statuses.values()].every((status) => status === 'succeeded'),
        'a job failed',
      );
      await jobsAreOffTheQueue(stack);
      const key = `results/invoice-extractor/${ids[0]}.json`;
      await new S3Client(stack.sdk).send(new GetObjectCommand({ Bucket: stack.bucket, Key: key }));
    },
  },
  {
    name: 'a job whose request is missing is answered as failed',
    run: async (stack) => {
      const jobId = randomUUID();
      const requestS3Uri = `s3://${stack.bucket}/requests/invoice-extractor/${jobId}.json`;
      const MessageBody = JSON.stringify({ jobId, feature: 'invoice-extractor', template: 'extract', requestS3Uri });
      await new SQSClient(stack.sdk).send(new SendMessageCommand({ QueueUrl: stack.queues.jobs, MessageBody }));
      promise((await answersOf(stack, [jobId], 30_000)).get(jobId) !== 'succeeded', 'an answer without a request');
    },
  },
  {
    name: 'the compactor rolls up hours and closes days',
    run: async (stack) => {
      await throughRouter(stack, request('to be rolled up'));
      stack.clock.advance(48 * 3_600_000);
      await scheduled(stack, 'compactor');
    },
  },
  {
    name: 'answers that come after their hour was rolled up are rolled up too',
    run: async (stack) => {
      const ids = Array.from({ length: JOBS }, () => randomUUID());
      await enqueue(stack, ids);
      await submitted(stack, ids.length);
      stack.clock.advance(2 * 3_600_000);
      await scheduled(stack, 'compactor');
      await answersOf(stack, ids, 30_000);
      await scheduled(stack, 'compactor');
    },
  },
  {
    name: 'jobs too few for a batch, and near their deadline, are answered on demand',
    run: async (stack) => {
      const ids = [randomUUID(), randomUUID()];
      const before = await stagedChunks(stack);
      await enqueue(stack, ids, new Date(stack.clock.now() + 3_600_000).toISOString());
      const statuses = await answersOf(stack, ids, 30_000);
      promise(
        [...statuses.values()].every((status) => status === 'succeeded'),
        'a job failed',
      );
      const left = (await stagedChunks(stack)).filter((chunkId) => !before.includes(chunkId));
      promise(left.length === 0, 'their chunk is left behind');
    },
  },
  {
    name: 'the report is mailed, and its page is served to who has the link',
    run: async (stack) => {
      const link = await nextReport(stack);
      promise((await fetch(link)).status === 200, 'the page is not there');
    },
  },
  {
    name: 'a week is mailed once',
    run: async (stack) => {
      await nextReport(stack);
      const mails = (await inbox(stack)).length;
      await scheduled(stack, 'wasteReport');
      promise((await inbox(stack)).length === mails, 'mailed twice');
    },
  },
  {
    name: 'a page that is gone is not found',
    run: async (stack) => {
      const link = await nextReport(stack);
      const week = /reports\/([^?]+)/.exec(link)?.[1];
      await new S3Client(stack.sdk).send(new DeleteObjectCommand({ Bucket: stack.bucket, Key: `reports/${week}/index.html` }));
      promise((await fetch(link)).status === 404, 'not a clear 404');
    },
  },
  {
    name: 'a report that SES refuses is told of',
    run: async (stack) => {
      const role = stack.guard.roleOf(reportRole(stack));
      const restore = stack.guard.withoutAction(role, 'ses:SendRawEmail');
      stack.clock.advance(WEEK_MS);
      await forgetAlerts(stack);
      await stack.runSchedule('wasteReport').finally(restore);
      await anAlertArrives(stack);
    },
  },
];
