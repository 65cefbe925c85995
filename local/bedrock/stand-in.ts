import type { S3Client } from '@aws-sdk/client-s3';
import type { AwsCall, AwsResponse, Backend } from '../backend.ts';
import type { Clock } from '../clock.ts';
import { AwsError, sendError, sendJson } from './aws-error.ts';
import { type BatchJobEvent, wireJob } from './batch-job.ts';
import { BatchJobs } from './batch-jobs.ts';
import { type Behaviour, parseBehaviour } from './behaviour.ts';
import { CallLog, type LoggedCall } from './call-log.ts';
import { findModel, type StandInModel } from './models.ts';
import { PromptCache } from './prompt-cache.ts';
import { converse, countTokens, type RuntimeState } from './runtime.ts';

export type StandInOptions = {
  readonly clock: Clock;
  /** What an application inference profile's ARN copies from (its template's `ModelSource.CopyFrom`): a model's or system profile's id or ARN. */
  readonly profileSource: (arn: string) => string | undefined;
  /** S3 as the batch role sees it: signed with that role's credentials, so that its own policies decide. */
  readonly s3For: (roleArn: string) => S3Client;
  /** Why Bedrock may not assume the role, or the role may not invoke the model; undefined when both hold. */
  readonly refusalOfRole?: (roleArn: string, modelIdOrArn: string) => Promise<string | undefined>;
  readonly onBatchEvent?: (event: BatchJobEvent) => void;
  /** Models (by a part of their id) that the account has no access to: AccessDeniedException. */
  readonly notGranted?: readonly string[];
  /** Batch jobs are kept here across restarts (`bedrock-jobs.json`). */
  readonly dataDir?: string;
};

export type { BatchJobEvent };

/** Bedrock and Bedrock Runtime on one backend (SigV4 service `bedrock`). */
export type BedrockStandIn = {
  readonly backend: Backend;
  /** Replaces the behaviour; RangeError that names the wrong field. */
  setBehaviour(input: unknown): Behaviour;
  /** The last 1,000 calls, oldest first. */
  calls(): readonly LoggedCall[];
  /** Moves every batch job to its end, and answers their ARNs. */
  advanceBatch(): Promise<readonly string[]>;
  stop(): Promise<void>;
};

const TICK_MS = 1_000;

/** The model of a called id, or what Bedrock says about it. */
function resolver(options: StandInOptions): (modelId: string) => StandInModel {
  return (modelId) => {
    const isProfile = modelId.includes(':application-inference-profile/');
    const source = isProfile ? options.profileSource(modelId) : modelId;
    if (source === undefined) throw new AwsError('ResourceNotFoundException', `There is no inference profile ${modelId}.`);
    const found = findModel(source);
    if (found === undefined) throw new AwsError('ValidationException', 'The provided model identifier is invalid.');
    const { model, throughProfile } = found;
    if (options.notGranted?.some((part) => model.id.includes(part))) {
      throw new AwsError('AccessDeniedException', "You don't have access to the model with the specified model ID.");
    }
    if (model.profileOnly && !throughProfile && !isProfile) {
      const advice = 'Retry your request with the ID or ARN of an inference profile that contains this model.';
      throw new AwsError('ValidationException', `Invocation of model ID ${modelId} with on-demand throughput isn’t supported. ${advice}`);
    }
    return model;
  };
}

function listJobs(jobs: BatchJobs, query: URLSearchParams) {
  const [name, status] = [query.get('nameContains'), query.get('statusEquals')];
  const matching = jobs.list().filter((job) => (name === null || job.jobName.includes(name)) && (status === null || job.status === status));
  const newestFirst = query.get('sortOrder') === 'Ascending' ? matching : matching.toReversed();
  const start = Number(query.get('nextToken') ?? 0);
  const end = start + Math.min(Number(query.get('maxResults') ?? 100), 1_000);
  return {
    invocationJobSummaries: newestFirst.slice(start, end).map(wireJob),
    ...(end < newestFirst.length ? { nextToken: String(end) } : {}),
  };
}

async function answer(state: RuntimeState, jobs: BatchJobs, call: AwsCall, response: AwsResponse): Promise<void> {
  const { pathname, searchParams } = new URL(call.url, 'http://bedrock');
  const [resource = '', id = '', action = ''] = pathname.slice(1).split('/').map(decodeURIComponent);
  switch (`${call.method} ${resource} ${action}`.trim()) {
    case 'POST model converse':
      return converse(state, 'Converse', id, call, response);
    case 'POST model converse-stream':
      return converse(state, 'ConverseStream', id, call, response);
    case 'POST model count-tokens':
      return countTokens(state, id, call, response);
    case 'POST model-invocation-job':
      return sendJson(response, { jobArn: jobs.create(call.body.toString('utf8')).jobArn });
    case 'GET model-invocation-job':
      return sendJson(response, wireJob(jobs.get(id)));
    case 'GET model-invocation-jobs':
      return sendJson(response, listJobs(jobs, searchParams));
    case 'POST model-invocation-job stop':
      jobs.halt(id);
      return sendJson(response, {});
    default:
      throw new AwsError('UnknownOperationException', `the Bedrock stand-in has no ${call.method} ${pathname}`);
  }
}

/** Once an answer has begun there is nothing left to say: the connection is cut. */
function sendFailure(response: AwsResponse, error: unknown): void {
  if (response.headersSent) response.destroy();
  else if (error instanceof AwsError) sendError(response, error);
  else if (error instanceof SyntaxError) sendError(response, new AwsError('ValidationException', 'The request body is not JSON.'));
  else sendError(response, new AwsError('InternalServerException', `the stand-in broke: ${String(error)}`));
}

/** Starts the stand-in. It ticks batch jobs by its clock until stopped. */
export function bedrockStandIn(options: StandInOptions): BedrockStandIn {
  const resolve = resolver(options);
  const now = () => options.clock.now();
  const state: RuntimeState = { cache: new PromptCache(), log: new CallLog(), now, resolve, behaviour: {}, callCount: 0 };
  const jobs = new BatchJobs(options, resolve, () => state.behaviour);
  const tick = () => void jobs.tick().catch(() => undefined);
  const ticking = setInterval(tick, TICK_MS).unref();
  options.clock.onAdvance(tick);
  return {
    backend: (call, response) => answer(state, jobs, call, response).catch((error) => sendFailure(response, error)),
    setBehaviour(input) {
      state.behaviour = parseBehaviour(input);
      return state.behaviour;
    },
    calls: () => state.log.list(),
    advanceBatch: () => jobs.advance(),
    async stop() {
      clearInterval(ticking);
      await jobs.settle();
    },
  };
}
