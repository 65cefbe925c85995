import type { Chunk, HarvestProgress, Manifest } from '../core/batching.ts';
import type { StoreWrite } from './job-store.ts';

/** Chunks of staged jobs and the manifests that claim them. Single-item conditional writes; lists are consistent reads of small partitions. */
export type StagingStore = {
  /** Written before the seal; refused when the chunk exists. */
  createChunk(chunk: Chunk): Promise<StoreWrite>;
  findChunk(chunkId: string): Promise<Chunk | undefined>;
  /** open -> sealed, after the gate's seal. */
  sealChunk(chunkId: string): Promise<StoreWrite>;
  /** sealed -> claimed, for one manifest only. */
  claimChunk(chunkId: string, manifestId: string): Promise<StoreWrite>;
  /** sealed -> on_demand: its batch hold is about to be returned. */
  divertChunk(chunkId: string): Promise<StoreWrite>;
  /** Idempotent: its money is settled and every job of it answered or requeued (or it never was sealed). */
  removeChunk(chunkId: string): Promise<void>;
  chunks(): Promise<Chunk[]>;
  createManifest(manifest: Manifest): Promise<StoreWrite>;
  findManifest(manifestId: string): Promise<Manifest | undefined>;
  /** gathering -> frozen: the first list wins. */
  freezeManifest(manifestId: string, frozen: { chunkIds: readonly string[]; records: number }): Promise<StoreWrite>;
  /** frozen -> submitted: the provider has its job, or said that it never will. */
  submitManifest(manifestId: string, result: { jobRef: string } | { rejection: string }): Promise<StoreWrite>;
  /** Lets one harvester work at a time; refused while another's lease lasts. Spares work, decides nothing. */
  leaseManifest(manifestId: string, lease: { nowMs: number; untilMs: number }): Promise<StoreWrite>;
  saveProgress(manifestId: string, progress: HarvestProgress): Promise<void>;
  /** -> harvested: nothing of it is left to do. Kept for a week, for people. */
  closeManifest(manifestId: string, nowMs: number): Promise<void>;
  /** Those not harvested yet. */
  openManifests(): Promise<Manifest[]>;
};
