import { type Chunk, chunkKey, STAGING_MS } from '../core/batching.ts';
import { DAY_MS } from '../core/calendar.ts';
import type { ChunkHold } from '../core/gate.ts';
import { sumPico } from '../core/money.ts';
import type { BlobStore } from '../ports/blob-store.ts';
import { type StagedLine, stagedLineToJson } from '../schemas/job.ts';
import { type HeldChunk, holdChunk, releaseChunk, sealChunk } from '../use-cases/hold-chunk.ts';
import { inParallel } from '../use-cases/in-parallel.ts';
import type { HoldPorts } from '../use-cases/money-ports.ts';
import { type Claim, type ClaimPorts, claimJob } from './claim-job.ts';
import type { GoodJob } from './read-message.ts';

export type StagePorts = ClaimPorts &
  HoldPorts & {
    readonly blobs: BlobStore;
    /** A ULID whose time is this instant. */
    readonly newId: (atMs: number) => string;
  };

/** What became of a message's job. `over_budget`: no money for it now. */
export type Fate = Exclude<Claim, 'own'> | 'over_budget';

/** How many jobs' items are written at once. */
const WIDTH = 16;
/** A sealed hold ends with its harvest, never by time; past this, people should wonder. */
const SEALED_MS = 14 * DAY_MS;

/**
 * Admits jobs of one feature under one hold: hold `open`, prompts to S3, job items, chunk item, seal. The seal is the commit: a crash
 * before it leaves a hold that goes by itself and jobs that the next delivery adopts; after it everything is there.
 */
export async function stageChunk(jobs: readonly GoodJob[], atMs: number, ports: StagePorts): Promise<Map<GoodJob, Fate>> {
  const feature = jobs[0]?.feature ?? '';
  const chunkId = ports.newId(atMs);
  const wantPico = sumPico(jobs.map(({ check }) => check.holdPico));
  const held = await holdChunk({ feature, chunkId, wantPico, admittedAtMs: atMs, deadlineMs: atMs + STAGING_MS }, ports);
  if (held.kind === 'refused') return stageHalves(jobs, atMs, ports);
  const lines = jobs.map((job) => stagedLineToJson(lineOf(job, ports.newId(atMs))));
  await ports.blobs.put(chunkKey(feature, chunkId), `${lines.join('\n')}\n`, 'application/x-ndjson');
  const claims = new Map<GoodJob, Claim>();
  await inParallel(jobs, WIDTH, async (job) => {
    claims.set(job, await claimJob(job, held, ports));
  });
  const sealed = await seal({ jobs, claims, lines, atMs }, held, ports);
  return new Map(jobs.map((job) => [job, fateOf(claims.get(job), sealed)]));
}

const fateOf = (claim: Claim | undefined, sealed: boolean): Fate => (claim === 'own' ? (sealed ? 'staged' : 'kept') : (claim ?? 'kept'));

type Staging = {
  readonly jobs: readonly GoodJob[];
  readonly claims: ReadonlyMap<GoodJob, Claim>;
  readonly lines: readonly string[];
  readonly atMs: number;
};

/** Commits the chunk with exactly the jobs that are its own; false when there is none, or when the hold was removed meanwhile. */
async function seal(staging: Staging, held: HeldChunk, ports: StagePorts): Promise<boolean> {
  const { jobs, claims, lines, atMs } = staging;
  const own = jobs.filter((job) => claims.get(job) === 'own');
  if (own.length === 0) {
    await releaseChunk(held, ports);
    return false;
  }
  const hold: ChunkHold = {
    ...held.chunk,
    amountPico: sumPico(own.map(({ check }) => check.holdPico)),
    deadlineMs: atMs + SEALED_MS,
    phase: 'sealed',
  };
  const chunk: Chunk = {
    chunkId: hold.chunkId,
    feature: own[0]?.feature ?? '',
    model: own[0]?.check.model ?? '',
    leaf: held.leaf,
    hold,
    admittedAtMs: atMs,
    records: own.length,
    bytes: lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0),
    deadlineMs: Math.min(...own.map(({ check }) => check.deadlineMs)),
    excluded: jobs.flatMap((job, index) => (claims.get(job) === 'own' ? [] : [index])),
    phase: 'open',
  };
  await ports.staging.createChunk(chunk);
  if ((await sealChunk(held, { sealedPico: hold.amountPico, deadlineMs: hold.deadlineMs }, ports)) === undefined) return false;
  await ports.staging.sealChunk(chunk.chunkId);
  return true;
}

/** No money for all: try the half with the nearer deadlines, then the rest. One job alone is over budget. */
async function stageHalves(jobs: readonly GoodJob[], atMs: number, ports: StagePorts): Promise<Map<GoodJob, Fate>> {
  if (jobs.length === 1) return overBudget(jobs);
  const byDeadline = jobs.toSorted((a, b) => a.check.deadlineMs - b.check.deadlineMs);
  const half = Math.ceil(jobs.length / 2);
  const first = await stageChunk(byDeadline.slice(0, half), atMs, ports);
  // Where the first half did not fit whole, the rest waits: asking for each job alone would cost a write a job.
  const starved = [...first.values()].includes('over_budget');
  const rest = byDeadline.slice(half);
  return new Map([...first, ...(starved ? overBudget(rest) : await stageChunk(rest, atMs, ports))]);
}

const overBudget = (jobs: readonly GoodJob[]): Map<GoodJob, Fate> => new Map(jobs.map((job) => [job, 'over_budget']));

function lineOf({ feature, jobId, bodyHash, version, message, request, check }: GoodJob, ulid: string): StagedLine {
  const { deadlineMs, afterDeadline, holdPico, maxTokens } = check;
  const replyTo = message.replyTo === undefined ? {} : { replyTo: message.replyTo.queueUrl };
  const fixed = { deadlineMs, afterDeadline, holdPico, maxTokens, bodyHash, ...version, ...replyTo };
  return { job: { feature, template: message.template, jobId, ulid, ...fixed }, message, request };
}
