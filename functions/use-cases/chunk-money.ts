import type { Scope } from '../core/gate.ts';
import type { StagingStore } from '../ports/staging-store.ts';
import { findChunk, releaseChunk } from './hold-chunk.ts';
import type { MoneyPorts } from './money-ports.ts';

export type ChunkMoneyPorts = MoneyPorts & { readonly staging: StagingStore };

/**
 * Where a chunk's money is: `sealed` (committed to be submitted, or further), `open` (an intake may still seal it) or `gone` (none ever will).
 * Finishes what a crashed intake left: records a seal in the chunk's item, and removes an open hold past its staging deadline.
 */
export async function chunkMoney(chunkId: string, leaf: Scope, ports: ChunkMoneyPorts): Promise<'sealed' | 'open' | 'gone'> {
  const item = await ports.staging.findChunk(chunkId);
  if (item !== undefined && item.phase !== 'open') return 'sealed';
  const hold = await findChunk(leaf, chunkId, ports);
  if (hold === undefined) return 'gone';
  if (hold.phase === 'sealed') {
    await ports.staging.sealChunk(chunkId);
    return 'sealed';
  }
  if (ports.now() <= hold.deadlineMs) return 'open';
  await releaseChunk({ leaf, chunk: hold }, ports);
  // The release loses against a seal that came first: then the next to ask finds it sealed.
  return (await findChunk(leaf, chunkId, ports)) === undefined ? 'gone' : 'open';
}
