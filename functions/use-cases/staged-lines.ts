import { type Chunk, chunkKey } from '../core/batching.ts';
import type { BlobStore } from '../ports/blob-store.ts';

/** The lines of the chunk's own jobs, in their staged order, in bounded memory. */
export async function* stagedLines(chunk: Pick<Chunk, 'feature' | 'chunkId' | 'excluded'>, blobs: BlobStore): AsyncGenerator<string> {
  const excluded = new Set(chunk.excluded);
  let index = 0;
  for await (const line of blobs.lines(chunkKey(chunk.feature, chunk.chunkId))) {
    if (!excluded.has(index++)) yield line;
  }
}
