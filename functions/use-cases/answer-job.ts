import { resultKey } from '../core/batching.ts';
import { recordOf } from '../core/job-answer.ts';
import type { JobAnswer } from '../core/wire/job.ts';
import type { AnswerQueue } from '../ports/answer-queue.ts';
import type { BlobStore } from '../ports/blob-store.ts';
import type { JobStore } from '../ports/job-store.ts';

export type AnswerPorts = { readonly jobs: JobStore; readonly blobs: BlobStore; readonly answers: AnswerQueue };

/**
 * Records the job's one answer, then stores and delivers it. Safe to repeat after a crash at any point: the same answer is stored and
 * delivered again, byte-identical; where another answer was recorded first, this one is dropped (`other`).
 */
export async function answerJob(answer: JobAnswer, replyTo: string | undefined, ports: AnswerPorts): Promise<'ours' | 'other'> {
  const recorded = recordOf(answer);
  if ((await ports.jobs.answer(answer.feature, answer.jobId, recorded)) === 'refused') {
    const job = await ports.jobs.find(answer.feature, answer.jobId);
    if (job?.answer?.answerId !== recorded.answerId || job.answer.text !== recorded.text) return 'other';
  }
  await publishAnswer(answer, replyTo, ports);
  return 'ours';
}

/** S3 before the queue: whoever holds the message finds the file. */
export async function publishAnswer(answer: JobAnswer, replyTo: string | undefined, ports: AnswerPorts): Promise<void> {
  await ports.blobs.put(resultKey(answer.feature, answer.jobId), JSON.stringify(answer), 'application/json');
  await ports.answers.deliver(answer, replyTo);
}
