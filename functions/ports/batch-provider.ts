import type { BatchRecord } from '../core/batch-record.ts';
import type { ModelSettings } from '../core/settings.ts';
import type { JobRequest } from '../core/wire/job.ts';

/** A provider's batch job: `ended` whichever way, once nothing of it can change any more. */
export type ProviderJob = {
  readonly ref: string;
  readonly name: string;
  readonly phase: 'running' | 'ended';
  /** The provider's own word: `Completed`, `Expired`, ... */
  readonly status: string;
  readonly message?: string;
  readonly endedAtMs?: number;
};

export type BatchSubmission = {
  /** Derived from the manifest, so that a lost answer is found again by it. */
  readonly name: string;
  readonly token: string;
  readonly model: ModelSettings;
  readonly inputKey: string;
  /** Ends in a slash. */
  readonly outputPrefix: string;
};

/** One vendor's batch service; files are keys of the deployment's bucket. Throws SpillwayError `batch_refused`, `store_unavailable`. */
export type BatchProvider = {
  findByName(name: string): Promise<ProviderJob | undefined>;
  get(ref: string): Promise<ProviderJob | undefined>;
  /** `full`: the quota of jobs in flight is used up; wait. `rejected`: the provider will never take this input. */
  create(submission: BatchSubmission): Promise<{ kind: 'created'; ref: string } | { kind: 'full' } | { kind: 'rejected'; message: string }>;
  /** One line of the input file, without its line break. */
  inputLine(recordId: string, request: JobRequest, maxTokens: number, model: ModelSettings): string;
  /** Output records in no particular order, streamed; a record may be missing. */
  records(outputPrefix: string): AsyncIterable<BatchRecord>;
};
