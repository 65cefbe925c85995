import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamodbStaging } from '../../functions/adapters/dynamodb-staging.ts';
import type { Chunk, Manifest } from '../../functions/core/batching.ts';
import type { StagingStore } from '../../functions/ports/staging-store.ts';
import { startDynalite } from '../support/dynalite.ts';
import { memoryStaging } from '../support/memory-batch.ts';

let stop: () => Promise<void>;
let controlTable: string;
beforeAll(async () => {
  ({ stop, controlTable } = await startDynalite());
});
afterAll(() => stop());

let made = 0;
function chunkOf(over: Partial<Chunk> = {}): Chunk {
  const chunkId = `chunk-${++made}`;
  return {
    chunkId,
    feature: 'invoice-extractor',
    model: 'haiku',
    leaf: 'feature:invoice-extractor',
    // Past 2^53: must come back to the pico-dollar.
    hold: { chunkId, amountPico: 90_071_992_547_409_931n, day: '2026-11-22', deadlineMs: 1_800_000_000_000, phase: 'sealed' },
    admittedAtMs: 1_795_000_000_000,
    records: 3,
    bytes: 1234,
    deadlineMs: 1_795_100_000_000,
    excluded: [1, 4],
    phase: 'open',
    ...over,
  };
}
const manifestOf = (over: Partial<Manifest> = {}): Manifest => ({
  manifestId: `manifest-${++made}`,
  model: 'haiku',
  chunkIds: ['a', 'b', 'c'],
  records: 0,
  createdAtMs: 1_795_000_000_000,
  phase: 'gathering',
  ...over,
});

describe.each<[string, () => StagingStore]>([
  ['in memory', memoryStaging],
  ['in DynamoDB', () => dynamodbStaging({ CONTROL_TABLE: controlTable })],
])('a staging store %s', (_, open) => {
  it('finds a chunk as it was created, and creates it once', async () => {
    const store = open();
    const chunk = chunkOf();
    expect(await store.createChunk(chunk)).toBe('changed');
    expect(await store.createChunk({ ...chunk, records: 9 })).toBe('refused');
    expect(await store.findChunk(chunk.chunkId)).toEqual(chunk);
    expect(await store.chunks()).toContainEqual(chunk);
  });

  it('gives a sealed chunk to exactly one of many that claim it', async () => {
    const store = open();
    const { chunkId } = chunkOf();
    await store.createChunk(chunkOf({ chunkId }));
    expect(await store.claimChunk(chunkId, 'm-0')).toBe('refused');
    expect(await store.sealChunk(chunkId)).toBe('changed');
    expect(await store.sealChunk(chunkId)).toBe('refused');
    const ids = Array.from({ length: 6 }, (__, index) => `m-${index}`);
    const claims = await Promise.all([...ids.map((id) => store.claimChunk(chunkId, id)), store.divertChunk(chunkId)]);
    expect(claims.filter((claim) => claim === 'changed')).toHaveLength(1);
    const found = await store.findChunk(chunkId);
    expect(found?.phase === 'on_demand' ? 'diverted' : found?.manifestId).toBe(ids[claims.indexOf('changed')] ?? 'diverted');
  });

  it('forgets a chunk, and again', async () => {
    const store = open();
    const chunk = chunkOf();
    await store.createChunk(chunk);
    await store.removeChunk(chunk.chunkId);
    await store.removeChunk(chunk.chunkId);
    expect(await store.findChunk(chunk.chunkId)).toBeUndefined();
  });

  it('freezes a manifest with the first list, and submits it once', async () => {
    const store = open();
    const manifest = manifestOf();
    const { manifestId } = manifest;
    expect(await store.createManifest(manifest)).toBe('changed');
    expect(await store.submitManifest(manifestId, { jobRef: 'too-early' })).toBe('refused');
    expect(await store.freezeManifest(manifestId, { chunkIds: ['a', 'c'], records: 5 })).toBe('changed');
    expect(await store.freezeManifest(manifestId, { chunkIds: ['a'], records: 2 })).toBe('refused');
    expect(await store.submitManifest(manifestId, { jobRef: 'job' })).toBe('changed');
    expect(await store.submitManifest(manifestId, { rejection: 'no' })).toBe('refused');
    const submitted = { ...manifest, chunkIds: ['a', 'c'], records: 5, phase: 'submitted', jobRef: 'job' };
    expect(await store.findManifest(manifestId)).toEqual(submitted);
  });

  it('lets one of two harvesters in until its lease is over', async () => {
    const store = open();
    const { manifestId } = manifestOf();
    await store.createManifest(manifestOf({ manifestId }));
    expect(await store.leaseManifest(manifestId, { nowMs: 1000, untilMs: 2000 })).toBe('refused');
    await store.freezeManifest(manifestId, { chunkIds: ['a'], records: 1 });
    await store.submitManifest(manifestId, { jobRef: 'job' });
    const both = await Promise.all([1000, 1000].map((nowMs) => store.leaseManifest(manifestId, { nowMs, untilMs: 2000 })));
    expect(both.toSorted()).toEqual(['changed', 'refused']);
    expect(await store.leaseManifest(manifestId, { nowMs: 2001, untilMs: 3000 })).toBe('changed');
  });

  it('keeps a harvest’s progress to the pico-dollar', async () => {
    const store = open();
    const { manifestId } = manifestOf();
    await store.createManifest(manifestOf({ manifestId }));
    await store.freezeManifest(manifestId, { chunkIds: ['a'], records: 1 });
    await store.submitManifest(manifestId, { jobRef: 'job' });
    const progress = {
      lines: 1000,
      costPico: new Map([
        ['a', 90_071_992_547_409_931n],
        ['b', 0n],
      ]),
    };
    await store.saveProgress(manifestId, progress);
    expect((await store.findManifest(manifestId))?.progress).toEqual(progress);
  });

  it('lists manifests until they are harvested', async () => {
    const store = open();
    const manifest = manifestOf();
    await store.createManifest(manifest);
    const isOpen = async () => (await store.openManifests()).some(({ manifestId }) => manifestId === manifest.manifestId);
    expect(await isOpen()).toBe(true);
    await store.closeManifest(manifest.manifestId, 1_795_000_000_000);
    expect(await isOpen()).toBe(false);
  });
});
