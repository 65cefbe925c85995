import {
  BedrockClient,
  CreateModelInvocationJobCommand,
  GetModelInvocationJobCommand,
  paginateListModelInvocationJobs,
  ResourceNotFoundException,
  ServiceQuotaExceededException,
  ValidationException,
} from '@aws-sdk/client-bedrock';
import { SpillwayError } from '../core/errors.ts';
import type { ModelSettings } from '../core/settings.ts';
import type { ContentBlock } from '../core/wire/converse.ts';
import type { JobRequest } from '../core/wire/job.ts';
import type { BatchProvider, BatchSubmission, ProviderJob } from '../ports/batch-provider.ts';
import type { BlobStore } from '../ports/blob-store.ts';
import { parseOutputLine } from '../schemas/batch-output.ts';

const bedrock = new BedrockClient({ maxAttempts: 4 });
const ENDED = new Set(['Completed', 'PartiallyCompleted', 'Failed', 'Stopped', 'Expired']);

type Environment = { readonly BUCKET: string; readonly BATCH_ROLE_ARN?: string };

/** Bedrock batch inference. NOT guaranteed: an end to a job's life, the order of records, or a line for each of them. */
export function bedrockBatch(env: Environment, blobs: BlobStore): BatchProvider {
  return {
    async findByName(name) {
      return reached(async () => {
        for await (const page of paginateListModelInvocationJobs({ client: bedrock }, { nameContains: name })) {
          const found = (page.invocationJobSummaries ?? []).find(({ jobName }) => jobName === name);
          if (found !== undefined) return jobOf(found);
        }
        return undefined;
      });
    },
    get: (jobIdentifier) =>
      reached(async () => {
        try {
          return jobOf(await bedrock.send(new GetModelInvocationJobCommand({ jobIdentifier })));
        } catch (error) {
          if (error instanceof ResourceNotFoundException) return undefined;
          throw error;
        }
      }),
    create: (submission) => create(submission, env),
    inputLine: (recordId, request, maxTokens, model) => JSON.stringify({ recordId, modelInput: modelInput(request, maxTokens, model) }),
    async *records(outputPrefix) {
      for await (const key of blobs.list(outputPrefix)) {
        if (key.endsWith('.jsonl.out')) for await (const line of blobs.lines(key)) yield parseOutputLine(line);
      }
    },
  };
}

async function create({ name, token, model, inputKey, outputPrefix }: BatchSubmission, env: Environment) {
  if (env.BATCH_ROLE_ARN === undefined) throw new RangeError('this function is deployed without BATCH_ROLE_ARN and cannot submit batches');
  const command = new CreateModelInvocationJobCommand({
    jobName: name,
    clientRequestToken: token,
    roleArn: env.BATCH_ROLE_ARN,
    modelId: model.modelId,
    modelInvocationType: 'Converse',
    inputDataConfig: { s3InputDataConfig: { s3InputFormat: 'JSONL', s3Uri: `s3://${env.BUCKET}/${inputKey}` } },
    outputDataConfig: { s3OutputDataConfig: { s3Uri: `s3://${env.BUCKET}/${outputPrefix}` } },
  });
  return reached(async () => {
    try {
      const { jobArn = '' } = await bedrock.send(command);
      return { kind: 'created', ref: jobArn } as const;
    } catch (error) {
      if (error instanceof ServiceQuotaExceededException) return { kind: 'full' } as const;
      if (error instanceof ValidationException) return { kind: 'rejected', message: error.message } as const;
      throw error;
    }
  });
}

/** Converse without what batch records refuse: cache points, and parameters that the model rejects. */
function modelInput(request: JobRequest, maxTokens: number, model: ModelSettings) {
  const config = { ...request.inferenceConfig, maxTokens };
  return {
    messages: request.messages.map(({ role, content }) => ({ role, content: withoutCachePoints(content) })),
    ...(request.system === undefined ? {} : { system: withoutCachePoints(request.system) }),
    inferenceConfig: Object.fromEntries(Object.entries(config).filter(([name]) => !model.rejectedParameters.includes(name))),
  };
}

const withoutCachePoints = (content: readonly ContentBlock[]) => content.filter((block) => block.cachePoint === undefined);

type WireJob = {
  readonly jobArn: string | undefined;
  readonly jobName?: string | undefined;
  readonly status?: string | undefined;
  readonly message?: string | undefined;
  readonly endTime?: Date | undefined;
};

const jobOf = ({ jobArn = '', jobName = '', status = 'Submitted', message, endTime }: WireJob): ProviderJob => ({
  ref: jobArn,
  name: jobName,
  phase: ENDED.has(status) ? 'ended' : 'running',
  status,
  ...(message === undefined ? {} : { message }),
  ...(endTime === undefined ? {} : { endedAtMs: endTime.getTime() }),
});

async function reached<Result>(operation: () => Promise<Result>): Promise<Result> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof SpillwayError) throw error;
    throw new SpillwayError('batch_refused', 'the batch service refused or did not answer; the next run tries again', {
      retryable: true,
      cause: error,
    });
  }
}
