import { type Chunk, planSubmissions, STAGING_MS } from '../core/batching.ts';
import { pauseOf } from '../core/override/override.ts';
import { scopesOf } from '../core/override/scope.ts';
import type { StagingStore } from '../ports/staging-store.ts';
import type { Log } from '../runtime/logger.ts';
import { chunkMoney } from '../use-cases/chunk-money.ts';
import type { KnownOverrides } from '../use-cases/known-overrides.ts';
import { type DivertPorts, divertChunk } from './divert-chunk.ts';
import { advanceManifest, type ManifestPorts } from './submit-manifest.ts';

export type SubmitterPorts = ManifestPorts &
  DivertPorts & {
    readonly staging: StagingStore;
    readonly overrides: KnownOverrides;
    readonly newId: (atMs: number) => string;
    readonly log: Log;
  };

/** One run: resumes what an earlier one left, sends full groups to the provider, and small groups near their deadline on demand. */
export async function submitChunks(ports: SubmitterPorts): Promise<{ submitted: number; diverted: number }> {
  const { staging } = ports;
  const nowMs = ports.now();
  await each(await staging.chunks(), 'repair_failed', ports, (chunk) => repair(chunk, nowMs, ports));
  let submitted = 0;
  const advance = async (manifestId: string): Promise<void> => {
    if ((await advanceManifest(manifestId, ports)) === 'submitted') submitted += 1;
  };
  await each(await staging.openManifests(), 'resume_failed', ports, (manifest) => advance(manifest.manifestId));
  const chunks = await unpausedChunks(ports);
  const sealed = chunks.filter((chunk) => chunk.phase === 'sealed');
  const plan = planSubmissions(sealed, await staging.openManifests(), ports.settings, nowMs);
  await each(plan.manifests, 'submit_failed', ports, async ({ model, chunks: group }) => {
    const manifestId = ports.newId(nowMs);
    const chunkIds = group.map(({ chunkId }) => chunkId);
    await staging.createManifest({ manifestId, model, chunkIds, records: 0, createdAtMs: nowMs, phase: 'gathering' });
    await advance(manifestId);
  });
  const diverted = [...plan.onDemand, ...chunks.filter((chunk) => chunk.phase === 'on_demand')];
  await each(diverted, 'on_demand_failed', ports, (chunk) => divertChunk(chunk, ports));
  ports.log('chunks_submitted', { submitted, diverted: diverted.length, waiting: sealed.length });
  return { submitted, diverted: diverted.length };
}

/** What an operator has paused waits where it is. */
async function unpausedChunks({ staging, overrides: known, settings, now }: SubmitterPorts): Promise<Chunk[]> {
  const { overrides } = await known.current();
  const scopes = ({ feature, model }: Chunk) => scopesOf({ team: settings.features[feature]?.team ?? '', feature, model });
  return (await staging.chunks()).filter((chunk) => pauseOf(overrides, scopes(chunk), now()) === undefined);
}

/** An item still `open` long after staging: its seal's answer was lost, or it never was sealed and its jobs come again. */
async function repair(chunk: Chunk, nowMs: number, ports: SubmitterPorts): Promise<void> {
  if (chunk.phase !== 'open' || nowMs <= chunk.admittedAtMs + STAGING_MS) return;
  if ((await chunkMoney(chunk.chunkId, chunk.leaf, ports)) === 'gone') await ports.staging.removeChunk(chunk.chunkId);
}

/** One after the other; one that fails does not keep the others back. */
async function each<Item>(items: readonly Item[], what: string, ports: SubmitterPorts, work: (item: Item) => Promise<void>): Promise<void> {
  for (const item of items) {
    try {
      await work(item);
    } catch (error) {
      // The next run resumes.
      ports.log(what, {}, error);
    }
  }
}
