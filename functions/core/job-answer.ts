import type { RecordedAnswer, StagedJob } from './batching.ts';
import { utcHour } from './calendar.ts';
import { type LedgerEntry, requestIdOf } from './ledger.ts';
import { type PicoUsd, picoToUsd } from './money.ts';
import { costOf, findPrice } from './price-book.ts';
import { armOf } from './routing.ts';
import type { Settings } from './settings.ts';
import { NO_USAGE, type Usage } from './usage.ts';
import type { JobAnswer, JobError } from './wire/job.ts';

/** Every admission of a job has an ulid of its own, so each record sent is the first attempt of its request id. */
const FIRST_ATTEMPT = 1;

/** What an answer says besides whose it is. */
type Outcome = Omit<JobAnswer, 'answerId' | 'jobId' | 'feature' | 'template'>;

/** Equal facts give equal bytes, whoever builds the answer and whenever: it is built again after a crash. */
export function answerOf(job: Pick<StagedJob, 'feature' | 'jobId' | 'template' | 'ulid'>, outcome: Outcome): JobAnswer {
  const { feature, jobId, template, ulid } = job;
  return { answerId: `${feature}.${jobId}.${ulid}`, jobId, feature, template, ...outcome };
}

/** Why there is no output; nothing, or `costPico`, was spent. */
export const unanswered = (status: 'failed' | 'expired' | 'refused', error: JobError, costPico: PicoUsd = 0n): Outcome => ({
  status,
  error,
  costUsd: picoToUsd(costPico),
  mode: 'batch',
});

/** What the job's item keeps: the answer without its output. */
export function recordOf({ output: _, ...rest }: JobAnswer): RecordedAnswer {
  return { answerId: rest.answerId, text: JSON.stringify(rest) };
}

export type BatchAttempt = {
  readonly job: StagedJob;
  readonly model: string;
  readonly admittedAtMs: number;
  readonly day: string;
  /** Undefined: unknown, so assumed at the whole hold. */
  readonly usage: Usage | undefined;
  readonly stopReason: string;
};

/** The entry of one batch record, in the hour and day of its chunk's admission. RangeError when a deploy took its feature or model away. */
export function batchEntry({ job, model: name, admittedAtMs, day, usage, stopReason }: BatchAttempt, settings: Settings): LedgerEntry {
  const feature = settings.features[job.feature];
  const model = settings.models[name];
  const row = findPrice(model?.prices ?? [], 'batch', admittedAtMs);
  if (feature === undefined || model === undefined || row === undefined)
    throw new RangeError(
      `feature ${job.feature} or the batch price of ${name} left the configuration while its jobs were running: put it back`,
    );
  const spent = usage ?? NO_USAGE;
  const priced = costOf(spent, row);
  return {
    kind: usage === undefined ? 'assumed' : 'settled',
    requestId: requestIdOf(job.feature, job.template, job.ulid),
    attempt: FIRST_ATTEMPT,
    feature: job.feature,
    template: job.template,
    templateVersion: job.templateVersion,
    owner: feature.owner,
    team: feature.team,
    model: name,
    modelId: model.modelId,
    provider: model.provider,
    mode: 'batch',
    arm: armOf(feature.route, name),
    escalated: false,
    reason: 'batch',
    admittedAtMs,
    hour: utcHour(admittedAtMs),
    day,
    usage: spent,
    unitPrices: priced.unitPrices,
    priceBook: settings.priceBookVersion,
    costPico: usage === undefined ? job.holdPico : priced.costPico,
    holdPico: job.holdPico,
    latencyMs: 0,
    stopReason,
    fingerprint: job.bodyHash,
    prefix: job.prefix,
  };
}
