import type { JobAnswer } from '../core/wire/job.ts';

/** Where answers go: the results queue, or the queue that the job named. At least once; equal answers give equal bytes. */
export type AnswerQueue = { deliver(answer: JobAnswer, replyTo: string | undefined): Promise<void> };

/** Puts a job's message back on the jobs queue: a record that failed at the provider starts again at intake, with a hold of its own. */
export type JobQueue = { requeue(body: string): Promise<void> };
