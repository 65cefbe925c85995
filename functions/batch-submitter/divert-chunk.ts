import type { Chunk, StagedJob } from '../core/batching.ts';
import { REFUSALS, type Refusal } from '../core/errors.ts';
import { answerOf, unanswered } from '../core/job-answer.ts';
import { usdToPico } from '../core/money.ts';
import type { JobAnswer, JobRequest } from '../core/wire/job.ts';
import type { RouteAnswer, RouteRequest } from '../core/wire/route.ts';
import type { StagingStore } from '../ports/staging-store.ts';
import { parseAnswer, parseStagedLine } from '../schemas/job.ts';
import { type AnswerPorts, answerJob } from '../use-cases/answer-job.ts';
import { releaseChunk } from '../use-cases/hold-chunk.ts';
import { inParallel } from '../use-cases/in-parallel.ts';
import type { MoneyPorts } from '../use-cases/money-ports.ts';
import { stagedLines } from '../use-cases/staged-lines.ts';

type Routed = { readonly kind: 'answered'; readonly answer: RouteAnswer } | { readonly kind: 'refused'; readonly refusal: Refusal };

export type DivertPorts = AnswerPorts &
  MoneyPorts & {
    readonly staging: StagingStore;
    /** The router's own admission and call. Booked with `missed_batch` as its reason. */
    readonly route: (request: RouteRequest) => Promise<Routed>;
  };

/** Model calls at once: a small group, by definition. */
const WIDTH = 4;

/**
 * Answers a chunk that is too small for the provider and too near its deadline, on demand: gives its batch hold back first, since the
 * router holds for itself. The chunk goes when all of its jobs are answered; a job that must wait is tried again by the next run.
 */
export async function divertChunk(chunk: Chunk, ports: DivertPorts): Promise<void> {
  const { staging } = ports;
  if (chunk.phase === 'sealed' && (await staging.divertChunk(chunk.chunkId)) === 'refused') return;
  await releaseChunk({ leaf: chunk.leaf, chunk: chunk.hold }, ports);
  let waiting = 0;
  await inParallel(stagedLines(chunk, ports.blobs), WIDTH, async (text) => {
    const { job, request } = parseStagedLine(text);
    const answer = await answerOnDemand(job, request, ports);
    if (answer === undefined) waiting += 1;
    else await answerJob(answer, job.replyTo, ports);
  });
  if (waiting === 0) await staging.removeChunk(chunk.chunkId);
}

const copyKey = (job: StagedJob): string => `batch/on-demand/${job.feature}/${job.jobId}/${job.ulid}.json`;

/** The answer, kept in S3 before it is recorded: a crash after the paid call finds it again. Undefined: not now. */
async function answerOnDemand(job: StagedJob, request: JobRequest, ports: DivertPorts): Promise<JobAnswer | undefined> {
  const copy = await ports.blobs.get(copyKey(job));
  if (copy !== undefined) return parseAnswer(copy);
  const routed = await ports.route({ ...promptOf(job, request), feature: job.feature, template: job.template, idempotencyKey: keyOf(job) });
  if (routed.kind === 'refused' && mayComeAgain(routed.refusal) && ports.now() < job.deadlineMs) return undefined;
  // Replayed without its output: another run paid for the call, and may be about to keep the answer.
  if (routed.kind === 'answered' && routed.answer.output === undefined && ports.now() < job.deadlineMs) return undefined;
  const answer = answerFrom(job, routed, ports.now() > job.deadlineMs);
  await ports.blobs.put(copyKey(job), JSON.stringify(answer), 'application/json');
  return answer;
}

/** Not where the model may have billed the work (it timed out, say): that is booked, and the job is not paid a second time. */
const mayComeAgain = ({ reason, evidence }: Refusal): boolean =>
  (REFUSALS[reason].retryable || reason === 'paused') && evidence['assumedUsd'] === undefined;

/** At most 128 characters; the ulid alone tells jobs apart, and admissions of one job. */
const keyOf = (job: StagedJob): string => `batch-${job.ulid}`;

const promptOf = ({ maxTokens }: StagedJob, request: JobRequest): JobRequest => ({
  ...request,
  inferenceConfig: { ...request.inferenceConfig, maxTokens },
});

function answerFrom(job: StagedJob, routed: Routed, late: boolean): JobAnswer {
  const lateness = late ? ({ late: true } as const) : {};
  if (routed.kind === 'refused') {
    const { reason, message, evidence } = routed.refusal;
    const assumedPico = typeof evidence['assumedUsd'] === 'string' ? usdToPico(evidence['assumedUsd']) : 0n;
    return answerOf(job, { ...unanswered('refused', { reason, message }, assumedPico), mode: 'on_demand', ...lateness });
  }
  const { requestId, output, stopReason, usage, receipt } = routed.answer;
  const paid = { usage, costUsd: receipt.costUsd, mode: 'on_demand', requestId, ...lateness } as const;
  // An earlier run paid for the call and died before it kept the answer. Never paid twice.
  if (output === undefined)
    return answerOf(job, { status: 'failed', error: { reason: 'answer_lost', message: 'answered, but lost before it was kept' }, ...paid });
  return answerOf(job, { status: 'succeeded', output, stopReason, ...paid });
}
