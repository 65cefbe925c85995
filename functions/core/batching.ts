import { HOUR_MS } from './calendar.ts';
import type { ChunkHold, Scope } from './gate.ts';
import type { PicoUsd } from './money.ts';
import type { Settings } from './settings.ts';

/** A job as staged: everything that its provider record, its ledger entry and its answer need, fixed at intake. */
export type StagedJob = {
  readonly feature: string;
  readonly template: string;
  readonly jobId: string;
  /** Made at admission, from its instant: names the ledger entry. */
  readonly ulid: string;
  readonly deadlineMs: number;
  /** Fixed here, so that an answer built again after a deploy is the same. */
  readonly afterDeadline: 'wait' | 'expire';
  /** Worst-case cost at the batch price, pico-dollars. */
  readonly holdPico: bigint;
  readonly maxTokens: number;
  readonly bodyHash: string;
  readonly templateVersion: string;
  readonly prefix: readonly string[];
  readonly replyTo?: string;
};

/** `text` is the answer without its output: whole for every answer that has none. */
export type RecordedAnswer = { readonly answerId: string; readonly text: string };

/** The item of one (feature, jobId). `requeued`: failed at the provider, its message is (about to be) on the jobs queue again. */
export type Job = {
  readonly feature: string;
  readonly jobId: string;
  readonly template: string;
  readonly bodyHash: string;
  readonly chunkId: string;
  /** The gate that holds its chunk's money. */
  readonly leaf: Scope;
  /** Records of it that failed at the provider so far. */
  readonly failures: number;
  readonly deadlineMs: number;
  readonly phase: 'staged' | 'requeued' | 'answered';
  readonly answer?: RecordedAnswer;
};

/** Jobs of one feature that were admitted together, under one hold. Their prompts are under `chunkKey`. */
export type Chunk = {
  readonly chunkId: string;
  readonly feature: string;
  readonly model: string;
  readonly leaf: Scope;
  /** As it is once sealed: what settles it. */
  readonly hold: ChunkHold;
  readonly admittedAtMs: number;
  readonly records: number;
  readonly bytes: number;
  /** The earliest of its jobs'. */
  readonly deadlineMs: number;
  /** Lines of the staged file whose jobs belong to another chunk. */
  readonly excluded: readonly number[];
  readonly phase: 'open' | 'sealed' | 'claimed' | 'on_demand';
  readonly manifestId?: string;
};

/** One provider job in the making: its list is frozen before anything is sent. */
export type Manifest = {
  readonly manifestId: string;
  readonly model: string;
  readonly chunkIds: readonly string[];
  readonly records: number;
  readonly createdAtMs: number;
  readonly phase: 'gathering' | 'frozen' | 'submitted' | 'harvested';
  readonly jobRef?: string;
  /** Why the provider will never take it; there is no job then. */
  readonly rejection?: string;
  readonly progress?: HarvestProgress;
};

/** The first `lines` of the output are booked and answered, and cost this, by chunk. A harvest that was cut off goes on from there. */
export type HarvestProgress = { readonly lines: number; readonly costPico: ReadonlyMap<string, PicoUsd> };

export const chunkKey = (feature: string, chunkId: string): string => `batch/chunks/${feature}/${chunkId}.jsonl`;
export const listKey = (manifestId: string): string => `batch/manifests/${manifestId}/list.jsonl`;
export const inputKey = (manifestId: string): string => `batch/manifests/${manifestId}/input.jsonl`;
export const outputPrefix = (manifestId: string): string => `batch/manifests/${manifestId}/output/`;
export const resultKey = (feature: string, jobId: string): string => `results/${feature}/${jobId}.json`;
export const requestPrefix = (bucket: string, feature: string): string => `s3://${bucket}/requests/${feature}/`;

const JOB_NAME = /^spillway-([0-9A-Z]{26})$/;
export const jobNameOf = (manifestId: string): string => `spillway-${manifestId}`;
/** Undefined for the name of a job that is not ours. */
export const manifestOfJobName = (name: string): string | undefined => JOB_NAME.exec(name)?.[1];

/** Staging (one queue batch to the seal) takes seconds; a hold still open after this is an intake that died. */
export const STAGING_MS = 5 * 60_000;
/** Records that failed at the provider are sent again this often, then answered `failed`. */
export const MAX_ATTEMPTS = 3;
/** A small group waits for company until its deadline is this near. Small Bedrock jobs take minutes, large ones hours; none is promised. */
export const DEADLINE_MARGIN_MS = 6 * HOUR_MS;

/** How long a harvest of so many records may take, 50,000 about Lambda's 15 minutes. After a crash the next harvester waits this out. */
export const harvestLeaseMs = (records: number): number => 120_000 + 16 * records;

/** Bedrock's quotas: 50,000 records and 1 GB a file (AWS service quotas); bytes with a margin for the record's wrapping. */
const MAX_RECORDS = 50_000;
const MAX_BYTES = 900_000_000;
/** Keeps the manifest item far under DynamoDB's 400 KB. */
const MAX_CHUNKS = 2_000;

export type Duplicate = 'reused' | 'answered' | 'staged' | 'wait' | 'adopt';

/**
 * What to do with a message whose job exists. `chunk` says where its chunk's money is: `sealed` (or further), still `open`, or `gone`.
 * `wait`: another intake may be about to seal it, so the message stays in the queue.
 */
export function judgeDuplicate(job: Job, bodyHash: string, chunk: 'sealed' | 'open' | 'gone'): Duplicate {
  if (job.bodyHash !== bodyHash) return 'reused';
  if (job.phase === 'answered') return 'answered';
  if (job.phase === 'requeued') return 'adopt';
  if (chunk === 'sealed') return 'staged';
  return chunk === 'open' ? 'wait' : 'adopt';
}

export type SubmissionPlan = {
  readonly manifests: readonly { readonly model: string; readonly chunks: readonly Chunk[] }[];
  readonly onDemand: readonly Chunk[];
};

/** Which sealed chunks go to the provider now, oldest deadline first, and which are too few for it and too near their deadline. */
export function planSubmissions(
  sealed: readonly Chunk[],
  inFlight: readonly Manifest[],
  settings: Settings,
  nowMs: number,
): SubmissionPlan {
  const manifests: { model: string; chunks: Chunk[] }[] = [];
  const onDemand: Chunk[] = [];
  for (const [model, chunks] of Map.groupBy(sealed, (chunk) => chunk.model)) {
    const minimum = settings.models[model]?.batchMinRecords ?? 0;
    let free = settings.batch.maxJobsInFlight - inFlight.filter((manifest) => manifest.model === model).length;
    for (const group of groupsOf(chunks.toSorted((a, b) => a.deadlineMs - b.deadlineMs || (a.chunkId < b.chunkId ? -1 : 1)))) {
      if (recordsOf(group) < minimum) onDemand.push(...group.filter((chunk) => chunk.deadlineMs - nowMs <= DEADLINE_MARGIN_MS));
      else if (free > 0) {
        manifests.push({ model, chunks: group });
        free -= 1;
      }
    }
  }
  return { manifests, onDemand };
}

/** Cuts chunks, in their order, into groups that fit one provider job each. */
function groupsOf(chunks: readonly Chunk[]): Chunk[][] {
  const groups: Chunk[][] = [];
  for (const chunk of chunks) {
    const last = groups.at(-1);
    if (last !== undefined && fits(last, chunk)) last.push(chunk);
    else groups.push([chunk]);
  }
  return groups;
}

const fits = (group: readonly Chunk[], chunk: Chunk): boolean =>
  group.length < MAX_CHUNKS &&
  recordsOf(group) + chunk.records <= MAX_RECORDS &&
  group.reduce((sum, { bytes }) => sum + bytes, chunk.bytes) <= MAX_BYTES;

export const recordsOf = (chunks: readonly Chunk[]): number => chunks.reduce((sum, { records }) => sum + records, 0);
