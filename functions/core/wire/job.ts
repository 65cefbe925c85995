import type { Message, Prompt } from './converse.ts';
import type { WireUsage } from './usage.ts';

/** A batch record's prompt: Converse without tools, which batch records cannot carry. */
export type JobRequest = Pick<Prompt, 'messages' | 'system' | 'inferenceConfig'>;

/** One message on the jobs queue: `request`, or `requestS3Uri` where the body would pass the queue's limit. */
export type JobMessage = {
  readonly jobId: string;
  readonly feature: string;
  readonly template: string;
  /** ISO 8601. Absent: the feature's `maxDelayHours` after intake. */
  readonly deadline?: string;
  readonly request?: JobRequest;
  readonly requestS3Uri?: string;
  readonly replyTo?: { readonly queueUrl: string };
};

export type JobError = { readonly reason: string; readonly message: string };

/** The one answer of a job: delivered at least once, every copy byte-identical, and kept in S3 under a fixed key. */
export type JobAnswer = {
  /** Equal for every copy of the same answer; consumers deduplicate by (feature, jobId). */
  readonly answerId: string;
  readonly jobId: string;
  readonly feature: string;
  readonly template: string;
  readonly status: 'succeeded' | 'failed' | 'expired' | 'refused';
  readonly late?: true;
  readonly output?: { readonly message: Message };
  /** In place of `output` in a message that would pass the queue's limit: where the whole answer is. */
  readonly outputS3Uri?: string;
  readonly stopReason?: string;
  readonly error?: JobError;
  readonly usage?: WireUsage;
  /** Exact decimal USD of this answer's attempt. */
  readonly costUsd: string;
  readonly mode: 'batch' | 'on_demand';
  readonly providerJob?: string;
  /** Names the ledger entry, where a model was called. */
  readonly requestId?: string;
};
