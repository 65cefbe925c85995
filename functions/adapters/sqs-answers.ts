import { QueueDoesNotExist, SendMessageCommand, SQSClient, SQSServiceException } from '@aws-sdk/client-sqs';
import { resultKey } from '../core/batching.ts';
import { SpillwayError } from '../core/errors.ts';
import type { JobAnswer } from '../core/wire/job.ts';
import type { AnswerQueue, JobQueue } from '../ports/answer-queue.ts';

const sqs = new SQSClient({ maxAttempts: 4 });
/** SQS takes 1 MiB a message (since 2025-08); a margin for its envelope. */
const MAX_BYTES = 1_000_000;

/**
 * Sends answers. NOT guaranteed: order, or only one copy. A reply queue that is gone or closed to us gets its answers on the results
 * queue.
 */
export function sqsAnswers(env: { RESULTS_QUEUE_URL: string; BUCKET: string }): AnswerQueue {
  return {
    async deliver(answer, replyTo) {
      const body = bodyOf(answer, env.BUCKET);
      if (replyTo === undefined || !(await sentTo(replyTo, body))) await send(env.RESULTS_QUEUE_URL, body);
    },
  };
}

/** Puts messages back on the jobs queue. */
export const sqsJobs = (env: { JOBS_QUEUE_URL: string }): JobQueue => ({ requeue: (body) => send(env.JOBS_QUEUE_URL, body) });

function bodyOf(answer: JobAnswer, bucket: string): string {
  const whole = JSON.stringify(answer);
  if (Buffer.byteLength(whole) <= MAX_BYTES) return whole;
  const { output: _, ...rest } = answer;
  return JSON.stringify({ ...rest, outputS3Uri: `s3://${bucket}/${resultKey(answer.feature, answer.jobId)}` });
}

const CLOSED = new Set(['AccessDenied', 'AccessDeniedException', 'AWS.SimpleQueueService.NonExistentQueue']);

/** False when this queue will not take it, today or tomorrow. */
async function sentTo(QueueUrl: string, MessageBody: string): Promise<boolean> {
  try {
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    return true;
  } catch (error) {
    if (error instanceof QueueDoesNotExist || (error instanceof SQSServiceException && CLOSED.has(error.name))) return false;
    throw unavailable(error);
  }
}

async function send(QueueUrl: string, MessageBody: string): Promise<void> {
  try {
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  } catch (error) {
    throw unavailable(error);
  }
}

const unavailable = (cause: unknown): SpillwayError =>
  new SpillwayError('store_unavailable', 'the queue did not answer; try again', { retryable: true, cause });
