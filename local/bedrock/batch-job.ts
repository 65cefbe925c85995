import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ACCOUNT, REGION } from '../physical.ts';

const STATUSES = [
  'Submitted',
  'Validating',
  'InProgress',
  'Completed',
  'PartiallyCompleted',
  'Failed',
  'Stopping',
  'Stopped',
  'Expired',
] as const;

/** A batch job as it is kept on disk. */
export const batchJobSchema = z.object({
  jobArn: z.string(),
  jobName: z.string(),
  roleArn: z.string(),
  modelId: z.string(),
  clientRequestToken: z.string().optional(),
  inputUri: z.string(),
  outputUri: z.string(),
  timeoutHours: z.number(),
  status: z.enum(STATUSES),
  message: z.string().optional(),
  submittedMs: z.number(),
  modifiedMs: z.number(),
  endedMs: z.number().optional(),
  counts: z.object({ total: z.number(), processed: z.number(), success: z.number(), error: z.number() }),
});

export type BatchJob = z.infer<typeof batchJobSchema>;
export type BatchStatus = BatchJob['status'];

const ENDED: readonly BatchStatus[] = ['Completed', 'PartiallyCompleted', 'Failed', 'Stopped', 'Expired'];
export const hasEnded = (job: BatchJob): boolean => ENDED.includes(job.status);
export const idOf = (job: { readonly jobArn: string }): string => job.jobArn.split('/').at(-1) ?? '';

/** A batch job's state change, in the shape in which EventBridge delivers it to rules. */
export type BatchJobEvent = {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': 'Batch Inference Job State Change';
  readonly source: 'aws.bedrock';
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly [string];
  readonly detail: Readonly<Record<string, string>>;
};

export function stateChange(job: BatchJob): BatchJobEvent {
  return {
    version: '0',
    id: createHash('sha256').update(`${job.jobArn} ${job.status}`).digest('hex').slice(0, 32),
    'detail-type': 'Batch Inference Job State Change',
    source: 'aws.bedrock',
    account: ACCOUNT,
    time: new Date(job.modifiedMs).toISOString(),
    region: REGION,
    resources: [job.jobArn],
    detail: {
      version: '0.0',
      accountId: ACCOUNT,
      batchJobName: job.jobName,
      batchJobArn: job.jobArn,
      batchModelId: job.modelId,
      status: job.status,
      failureMessage: job.message ?? '',
      creationTime: new Date(job.submittedMs).toISOString(),
    },
  };
}

/** The job as Get and List answer it. */
export function wireJob(job: BatchJob) {
  const at = (ms: number) => new Date(ms).toISOString();
  return {
    jobArn: job.jobArn,
    jobName: job.jobName,
    modelId: job.modelId,
    ...(job.clientRequestToken === undefined ? {} : { clientRequestToken: job.clientRequestToken }),
    roleArn: job.roleArn,
    status: job.status,
    ...(job.message === undefined ? {} : { message: job.message }),
    submitTime: at(job.submittedMs),
    lastModifiedTime: at(job.modifiedMs),
    ...(job.endedMs === undefined ? {} : { endTime: at(job.endedMs) }),
    inputDataConfig: { s3InputDataConfig: { s3InputFormat: 'JSONL', s3Uri: job.inputUri } },
    outputDataConfig: { s3OutputDataConfig: { s3Uri: job.outputUri } },
    timeoutDurationInHours: job.timeoutHours,
    jobExpirationTime: at(job.submittedMs + job.timeoutHours * 3_600_000),
    modelInvocationType: 'Converse',
    totalRecordCount: job.counts.total,
    processedRecordCount: job.counts.processed,
    successRecordCount: job.counts.success,
    errorRecordCount: job.counts.error,
  };
}
