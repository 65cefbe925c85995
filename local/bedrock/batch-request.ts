import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ACCOUNT, REGION } from '../physical.ts';
import { AwsError } from './aws-error.ts';
import type { BatchJob } from './batch-job.ts';

const createSchema = z.object({
  jobName: z.string().regex(/^[a-zA-Z0-9]{1,63}(-*[a-zA-Z0-9+\-.]){0,63}$/),
  roleArn: z.string().regex(/^arn:aws(-[^:]+)?:iam::\d{12}:role\/.+$/),
  clientRequestToken: z.string().min(1).max(256).optional(),
  modelId: z.string().min(1),
  inputDataConfig: z.object({
    s3InputDataConfig: z.object({
      s3Uri: z.string().regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/.+\.jsonl$/),
      s3InputFormat: z.literal('JSONL').optional(),
    }),
  }),
  outputDataConfig: z.object({
    s3OutputDataConfig: z.object({ s3Uri: z.string().regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/.*)?$/) }),
  }),
  timeoutDurationInHours: z.number().int().min(24).max(168).optional(),
  modelInvocationType: z.enum(['Converse', 'InvokeModel']).optional(),
});

/** A new job from the body of CreateModelInvocationJob, or ValidationException. The model's inputs are not looked at: as on AWS, records fail later. */
export function newJob(body: string, ordinal: number, nowMs: number): BatchJob {
  const result = createSchema.safeParse(JSON.parse(body));
  if (!result.success) {
    const issues = result.error.issues.map((issue) => `'${issue.path.join('.')}': ${issue.message}`);
    throw new AwsError('ValidationException', `${issues.length} validation error(s) detected: ${issues.join('; ')}`);
  }
  const request = result.data;
  if (request.modelInvocationType !== 'Converse') {
    throw new AwsError('ValidationException', 'The stand-in runs jobs of modelInvocationType Converse only.');
  }
  const id = createHash('sha256').update(`${request.jobName} ${ordinal}`).digest('hex').slice(0, 12);
  return {
    jobArn: `arn:aws:bedrock:${REGION}:${ACCOUNT}:model-invocation-job/${id}`,
    jobName: request.jobName,
    roleArn: request.roleArn,
    modelId: request.modelId,
    ...(request.clientRequestToken === undefined ? {} : { clientRequestToken: request.clientRequestToken }),
    inputUri: request.inputDataConfig.s3InputDataConfig.s3Uri,
    outputUri: request.outputDataConfig.s3OutputDataConfig.s3Uri,
    timeoutHours: request.timeoutDurationInHours ?? 24,
    status: 'Submitted',
    submittedMs: nowMs,
    modifiedMs: nowMs,
    counts: { total: 0, processed: 0, success: 0, error: 0 },
  };
}

/** Whether a repeat with the same client token asks for the same job: else it is a conflict. */
export const sameRequest = (a: BatchJob, b: BatchJob): boolean =>
  a.jobName === b.jobName && a.modelId === b.modelId && a.roleArn === b.roleArn && a.inputUri === b.inputUri && a.outputUri === b.outputUri;
