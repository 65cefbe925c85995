import { type Job, judgeDuplicate } from '../core/batching.ts';
import type { JobStore } from '../ports/job-store.ts';
import { type ChunkMoneyPorts, chunkMoney } from '../use-cases/chunk-money.ts';
import type { HeldChunk } from '../use-cases/hold-chunk.ts';
import type { GoodJob } from './read-message.ts';

export type ClaimPorts = ChunkMoneyPorts & { readonly jobs: JobStore };

/**
 * `own`: the job is this chunk's. `staged`: it is safe in another chunk. `answered`, `reused`: known, with this body or with another.
 * `kept`: stays in the queue for now.
 */
export type Claim = 'own' | 'staged' | 'answered' | 'reused' | 'kept';

/** Creates the job's item, or adopts it from a chunk that never was sealed or from a failure at the provider. */
export async function claimJob(job: GoodJob, { leaf, chunk }: HeldChunk, ports: ClaimPorts): Promise<Claim> {
  const item: Job = {
    feature: job.feature,
    jobId: job.jobId,
    template: job.message.template,
    bodyHash: job.bodyHash,
    chunkId: chunk.chunkId,
    leaf,
    failures: 0,
    deadlineMs: job.check.deadlineMs,
    phase: 'staged',
  };
  if ((await ports.jobs.create(item)) === 'changed') return 'own';
  const known = await ports.jobs.find(job.feature, job.jobId);
  if (known === undefined) return 'kept';
  // Our own create, whose answer was lost and which the client sent again.
  if (known.chunkId === chunk.chunkId && known.phase === 'staged') return 'own';
  const verdict = judgeDuplicate(known, job.bodyHash, await chunkMoney(known.chunkId, known.leaf, ports));
  if (verdict === 'wait') return 'kept';
  if (verdict !== 'adopt') return verdict;
  return (await ports.jobs.adopt({ ...item, failures: known.failures }, known)) === 'changed' ? 'own' : 'kept';
}
