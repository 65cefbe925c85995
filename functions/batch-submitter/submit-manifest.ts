import { recordIdOf } from '../core/batch-record.ts';
import { type Chunk, inputKey, jobNameOf, listKey, type Manifest, outputPrefix, recordsOf } from '../core/batching.ts';
import type { ModelSettings, Settings } from '../core/settings.ts';
import type { BatchProvider } from '../ports/batch-provider.ts';
import type { BlobStore } from '../ports/blob-store.ts';
import type { StagingStore } from '../ports/staging-store.ts';
import { listLineToJson, parseStagedLine } from '../schemas/job.ts';
import { stagedLines } from '../use-cases/staged-lines.ts';

export type ManifestPorts = {
  readonly staging: StagingStore;
  readonly blobs: BlobStore;
  readonly provider: BatchProvider;
  readonly settings: Settings;
};

/**
 * Takes a manifest as far as it goes: claim its chunks, freeze its list, write its files, create its job. Every step may be repeated by
 * anybody: the list is what the claims say, files are the same bytes again, and the job is looked up before it is created.
 */
export async function advanceManifest(manifestId: string, ports: ManifestPorts): Promise<'submitted' | 'waiting' | 'nothing'> {
  const manifest = await ports.staging.findManifest(manifestId);
  if (manifest?.phase === 'gathering') await gather(manifest, ports);
  const frozen = await ports.staging.findManifest(manifestId);
  return frozen?.phase === 'frozen' ? submit(frozen, ports) : 'nothing';
}

async function gather({ manifestId, chunkIds, createdAtMs }: Manifest, { staging }: ManifestPorts): Promise<void> {
  const own: Chunk[] = [];
  for (const chunkId of chunkIds) {
    await staging.claimChunk(chunkId, manifestId);
    const chunk = await staging.findChunk(chunkId);
    if (chunk?.phase === 'claimed' && chunk.manifestId === manifestId) own.push(chunk);
  }
  // A chunk never goes back to `sealed`, so whoever gathers later finds the same list.
  if (own.length === 0) await staging.closeManifest(manifestId, createdAtMs);
  else await staging.freezeManifest(manifestId, { chunkIds: own.map(({ chunkId }) => chunkId), records: recordsOf(own) });
}

async function submit(manifest: Manifest, ports: ManifestPorts): Promise<'submitted' | 'waiting'> {
  const { manifestId } = manifest;
  const { staging, provider } = ports;
  const name = jobNameOf(manifestId);
  const model = modelOf(manifest, ports.settings);
  const known = await provider.findByName(name);
  if (known !== undefined) {
    await staging.submitManifest(manifestId, { jobRef: known.ref });
    return 'submitted';
  }
  await writeFiles(manifest, model, ports);
  const submission = { name, token: manifestId, model, inputKey: inputKey(manifestId), outputPrefix: outputPrefix(manifestId) };
  const created = await provider.create(submission);
  if (created.kind === 'full') return 'waiting';
  await staging.submitManifest(manifestId, created.kind === 'created' ? { jobRef: created.ref } : { rejection: created.message });
  return 'submitted';
}

function modelOf(manifest: Manifest, settings: Settings): ModelSettings {
  const model = settings.models[manifest.model];
  if (model === undefined) throw new RangeError(`model ${manifest.model} left the configuration while jobs wait for it: put it back`);
  return model;
}

/** The list first: a job whose input exists can always be harvested. */
async function writeFiles(manifest: Manifest, model: ModelSettings, { staging, blobs, provider }: ManifestPorts): Promise<void> {
  const records = async function* () {
    let index = 0;
    for (const chunkId of manifest.chunkIds) {
      const chunk = await staging.findChunk(chunkId);
      if (chunk === undefined) continue;
      for await (const line of stagedLines(chunk, blobs)) yield { recordId: recordIdOf(index++), chunkId, ...parseStagedLine(line) };
    }
  };
  const list = async function* () {
    for await (const { recordId, chunkId, job } of records()) yield `${listLineToJson({ recordId, chunkId, job })}\n`;
  };
  const input = async function* () {
    for await (const { recordId, job, request } of records()) yield `${provider.inputLine(recordId, request, job.maxTokens, model)}\n`;
  };
  await blobs.putStream(listKey(manifest.manifestId), list(), 'application/x-ndjson');
  await blobs.putStream(inputKey(manifest.manifestId), input(), 'application/x-ndjson');
}
