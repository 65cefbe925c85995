import type { BatchRecord } from '../core/batch-record.ts';
import { type Chunk, harvestLeaseMs, listKey, type Manifest, outputPrefix } from '../core/batching.ts';
import { utcHour } from '../core/calendar.ts';
import { mayBeClosed } from '../core/closed-hours.ts';
import type { PicoUsd } from '../core/money.ts';
import type { BatchProvider, ProviderJob } from '../ports/batch-provider.ts';
import type { StagingStore } from '../ports/staging-store.ts';
import type { Log } from '../runtime/logger.ts';
import { type ListLine, parseListLine } from '../schemas/job.ts';
import { settleChunk } from '../use-cases/hold-chunk.ts';
import { inParallel } from '../use-cases/in-parallel.ts';
import { bookUnknown, harvestRecord, type RecordPorts } from './harvest-record.ts';
import { type RequeuePorts, requeueFailed } from './requeue-failed.ts';

export type HarvestPorts = RecordPorts &
  RequeuePorts & {
    readonly staging: StagingStore;
    readonly provider: BatchProvider;
    readonly newId: (atMs: number) => string;
    readonly log: Log;
    /** How much work a pass that is cut off may lose. */
    readonly recordsPerCheckpoint: number;
  };

const WIDTH = 16;

type Harvest = {
  readonly chunks: ReadonlyMap<string, Chunk>;
  readonly lines: Map<string, ListLine>;
  readonly costPico: Map<string, PicoUsd>;
  readonly failed: { readonly line: ListLine; readonly reason: string }[];
};

/**
 * Books and answers everything that a job which ended has left, then settles its chunks. Any step may be repeated, by the event and the
 * poll at once: entries, answers and settlements are each decided by one conditional write, and built again equal.
 */
export async function harvestManifest(manifest: Manifest, ports: HarvestPorts): Promise<'harvested' | 'running'> {
  if (manifest.phase !== 'submitted') return 'running';
  const job = await providerJob(manifest, ports.provider);
  if (job?.phase === 'running') return 'running';
  const nowMs = ports.now();
  const lease = { nowMs, untilMs: nowMs + harvestLeaseMs(manifest.records) };
  // Event and poll often come together: one of them does the work, and answers are not delivered twice for nothing.
  if ((await ports.staging.leaseManifest(manifest.manifestId, lease)) === 'refused') return 'running';
  const harvest = await open(manifest, ports);
  const unreadable = await harvestOutput(manifest, job, harvest, ports);
  const unknown = unreadable || (job === undefined && manifest.rejection === undefined);
  await harvestMissing({ job, rejection: manifest.rejection, unknown }, harvest, ports);
  const failed = Map.groupBy(harvest.failed, ({ line }) => line.chunkId);
  for (const chunk of harvest.chunks.values()) {
    await requeueFailed(chunk, failed.get(chunk.chunkId) ?? [], ports);
    await settle(chunk, harvest.costPico.get(chunk.chunkId), ports);
  }
  await ports.staging.closeManifest(manifest.manifestId, ports.now());
  const { manifestId, records } = manifest;
  ports.log('manifest_harvested', { manifestId, records, status: job?.status ?? 'none', failed: harvest.failed.length, unreadable });
  return 'harvested';
}

/** A chunk whose records are all booked and answered, or on their way back to intake. Undefined: none of them cost anything. */
async function settle(chunk: Chunk, costPico: PicoUsd | undefined, ports: HarvestPorts): Promise<void> {
  const hour = utcHour(chunk.admittedAtMs);
  // After its entries and before its hold goes: a mark read before them would be cleared for nothing. Its own key, for the same reason.
  if (costPico !== undefined && mayBeClosed(hour, ports.settings, ports.now()))
    await ports.ledger.markDirty(hour, ports.newId(ports.now()));
  await settleChunk({ leaf: chunk.leaf, chunk: chunk.hold }, costPico ?? 0n, ports);
  await ports.staging.removeChunk(chunk.chunkId);
}

const providerJob = async ({ jobRef }: Manifest, provider: BatchProvider): Promise<ProviderJob | undefined> =>
  jobRef === undefined ? undefined : provider.get(jobRef);

/** Chunks that are gone were settled by an earlier pass, whole: their records are left alone. */
async function open(manifest: Manifest, ports: HarvestPorts): Promise<Harvest> {
  const chunks = new Map<string, Chunk>();
  await inParallel(manifest.chunkIds, WIDTH, async (chunkId) => {
    const chunk = await ports.staging.findChunk(chunkId);
    if (chunk !== undefined) chunks.set(chunkId, chunk);
  });
  const lines = new Map<string, ListLine>();
  if (chunks.size > 0) {
    for await (const text of ports.blobs.lines(listKey(manifest.manifestId))) {
      const line = parseListLine(text);
      if (chunks.has(line.chunkId)) lines.set(line.recordId, line);
    }
  }
  return { chunks, lines, costPico: new Map(manifest.progress?.costPico), failed: [] };
}

/**
 * Streams the output, each record of the list at most once, and notes how far it came: Lambda cuts off a harvest after 15 minutes. True
 * when a line could not be read.
 */
async function harvestOutput(manifest: Manifest, job: ProviderJob | undefined, harvest: Harvest, ports: HarvestPorts): Promise<boolean> {
  if (job === undefined || harvest.lines.size === 0) return false;
  const { manifestId, progress } = manifest;
  let unreadable = false;
  let lines = 0;
  let answered: Answered[] = [];
  const book = async (): Promise<void> => {
    await inParallel(answered, WIDTH, async (each) => add(harvest, each.chunk, await harvestRecord({ ...each, job }, ports)));
    answered = [];
  };
  for await (const record of ports.provider.records(outputPrefix(manifestId))) {
    lines += 1;
    if (record.kind === 'unreadable') unreadable = true;
    const found = take(record, harvest);
    // Booked by an earlier pass: its cost is in the progress.
    if (found === undefined || lines <= (progress?.lines ?? 0)) continue;
    answered.push(found);
    if (answered.length < ports.recordsPerCheckpoint) continue;
    await book();
    await ports.staging.saveProgress(manifestId, { lines, costPico: harvest.costPico });
  }
  await book();
  return unreadable;
}

type Answered = { readonly line: ListLine; readonly chunk: Chunk; readonly record: BatchRecord & { kind: 'succeeded' } };

/** Strikes the record off the list; undefined when it has no answer, or is not (or no longer) on it. */
function take(record: BatchRecord, { lines, chunks, failed }: Harvest): Answered | undefined {
  if (record.kind === 'unreadable') return undefined;
  const line = lines.get(record.recordId);
  const chunk = chunks.get(line?.chunkId ?? '');
  if (line === undefined || chunk === undefined) return undefined;
  lines.delete(record.recordId);
  if (record.kind === 'succeeded') return { line, chunk, record };
  failed.push({ line, reason: record.reason });
  return undefined;
}

/** Records without a line: not processed, so not billed and sent again; unless their line may be the one that could not be read. */
async function harvestMissing(
  cause: { job: ProviderJob | undefined; rejection: string | undefined; unknown: boolean },
  harvest: Harvest,
  ports: HarvestPorts,
): Promise<void> {
  const reason = cause.rejection ?? `the provider's job ended ${cause.job?.status ?? 'unknown'} without this record`;
  await inParallel([...harvest.lines.values()], WIDTH, async (line) => {
    const chunk = harvest.chunks.get(line.chunkId);
    if (chunk === undefined) return;
    if (cause.unknown) add(harvest, chunk, await bookUnknown({ line, chunk, job: cause.job }, ports));
    else harvest.failed.push({ line, reason });
  });
}

const add = ({ costPico }: Harvest, { chunkId }: Chunk, cost: PicoUsd): void => {
  costPico.set(chunkId, (costPico.get(chunkId) ?? 0n) + cost);
};
