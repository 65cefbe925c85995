import type { Job, RecordedAnswer } from '../core/batching.ts';

/** `changed`: applied. `refused`: its condition did not hold and nothing changed. */
export type StoreWrite = 'changed' | 'refused';

/** One item per (feature, jobId): which chunk has it, and its one answer. Single-item conditional writes; throws `store_unavailable`. */
export type JobStore = {
  /** Consistent read. */
  find(feature: string, jobId: string): Promise<Job | undefined>;
  /** Only where there is no such job yet. */
  create(job: Job): Promise<StoreWrite>;
  /** Moves an unanswered job from the chunk it was `seen` in, or from the requeue it was seen in, to that of `job`. */
  adopt(job: Job, seen: Pick<Job, 'chunkId' | 'phase'>): Promise<StoreWrite>;
  /** Records the one answer; refused when the job has one, or does not exist. */
  answer(feature: string, jobId: string, answer: RecordedAnswer): Promise<StoreWrite>;
  /** Lets a new chunk adopt a job whose record failed in this chunk, and counts the failure. Refused when it is not unanswered in that chunk. */
  requeue(feature: string, jobId: string, chunkId: string): Promise<StoreWrite>;
};
