import type { BatchRecord } from '../../functions/core/batch-record.ts';
import type { Chunk, Job, Manifest } from '../../functions/core/batching.ts';
import { canonicalJson } from '../../functions/core/canonical-json.ts';
import type { JobAnswer } from '../../functions/core/wire/job.ts';
import type { AnswerQueue, JobQueue } from '../../functions/ports/answer-queue.ts';
import type { BatchProvider, ProviderJob } from '../../functions/ports/batch-provider.ts';
import type { BlobStore } from '../../functions/ports/blob-store.ts';
import type { JobStore, StoreWrite } from '../../functions/ports/job-store.ts';
import type { StagingStore } from '../../functions/ports/staging-store.ts';

const result = (changed: boolean): Promise<StoreWrite> => Promise.resolve(changed ? 'changed' : 'refused');

export function memoryJobs(): JobStore & { all(): Job[] } {
  const jobs = new Map<string, Job>();
  const change = (key: string, when: (job: Job) => boolean, to: (job: Job) => Job): Promise<StoreWrite> => {
    const job = jobs.get(key);
    if (job === undefined || !when(job)) return result(false);
    jobs.set(key, to(job));
    return result(true);
  };
  const keyOf = (feature: string, jobId: string) => `${feature}/${jobId}`;
  return {
    all: () => [...jobs.values()],
    find: (feature, jobId) => Promise.resolve(structuredClone(jobs.get(keyOf(feature, jobId)))),
    create(job) {
      const key = keyOf(job.feature, job.jobId);
      if (jobs.has(key)) return result(false);
      jobs.set(key, structuredClone(job));
      return result(true);
    },
    adopt: (job, seen) =>
      change(
        keyOf(job.feature, job.jobId),
        (known) => known.chunkId === seen.chunkId && known.phase === seen.phase,
        () => structuredClone(job),
      ),
    answer: (feature, jobId, answer) =>
      change(
        keyOf(feature, jobId),
        (job) => job.answer === undefined,
        (job) => ({ ...job, phase: 'answered', answer }),
      ),
    requeue: (feature, jobId, chunkId) =>
      change(
        keyOf(feature, jobId),
        (job) => job.chunkId === chunkId && job.phase === 'staged',
        (job) => ({ ...job, phase: 'requeued', failures: job.failures + 1 }),
      ),
  };
}

export function memoryStaging(): StagingStore {
  const chunks = new Map<string, Chunk>();
  const manifests = new Map<string, Manifest>();
  const leases = new Map<string, number>();
  const moveChunk = (chunkId: string, from: Chunk['phase'], to: Partial<Chunk>) => {
    const chunk = chunks.get(chunkId);
    if (chunk?.phase !== from) return result(false);
    chunks.set(chunkId, { ...chunk, ...to });
    return result(true);
  };
  const moveManifest = (manifestId: string, from: Manifest['phase'], to: Partial<Manifest>) => {
    const manifest = manifests.get(manifestId);
    if (manifest?.phase !== from) return result(false);
    manifests.set(manifestId, { ...manifest, ...to });
    return result(true);
  };
  const create = <Item>(items: Map<string, Item>, key: string, item: Item) => {
    if (items.has(key)) return result(false);
    items.set(key, structuredClone(item));
    return result(true);
  };
  return {
    createChunk: (chunk) => create(chunks, chunk.chunkId, chunk),
    findChunk: (chunkId) => Promise.resolve(structuredClone(chunks.get(chunkId))),
    sealChunk: (chunkId) => moveChunk(chunkId, 'open', { phase: 'sealed' }),
    claimChunk: (chunkId, manifestId) => moveChunk(chunkId, 'sealed', { phase: 'claimed', manifestId }),
    divertChunk: (chunkId) => moveChunk(chunkId, 'sealed', { phase: 'on_demand' }),
    removeChunk: (chunkId) => Promise.resolve(void chunks.delete(chunkId)),
    chunks: () => Promise.resolve(structuredClone([...chunks.values()])),
    createManifest: (manifest) => create(manifests, manifest.manifestId, manifest),
    findManifest: (manifestId) => Promise.resolve(structuredClone(manifests.get(manifestId))),
    freezeManifest: (manifestId, frozen) => moveManifest(manifestId, 'gathering', { ...frozen, phase: 'frozen' }),
    submitManifest: (manifestId, outcome) => moveManifest(manifestId, 'frozen', { ...outcome, phase: 'submitted' }),
    leaseManifest(manifestId, { nowMs, untilMs }) {
      const free = manifests.get(manifestId)?.phase === 'submitted' && (leases.get(manifestId) ?? 0) < nowMs;
      if (free) leases.set(manifestId, untilMs);
      return result(free);
    },
    saveProgress: async (manifestId, progress) =>
      void (await moveManifest(manifestId, 'submitted', { progress: structuredClone(progress) })),
    closeManifest(manifestId) {
      const manifest = manifests.get(manifestId);
      if (manifest !== undefined) manifests.set(manifestId, { ...manifest, phase: 'harvested' });
      return Promise.resolve();
    },
    openManifests: () => Promise.resolve(structuredClone([...manifests.values()].filter(({ phase }) => phase !== 'harvested'))),
  };
}

export function memoryBlobs(): BlobStore & { readonly files: Map<string, string> } {
  const files = new Map<string, string>();
  return {
    files,
    put: async (key, body) => void files.set(key, String(body)),
    get: async (key) => files.get(key),
    async *lines(key) {
      const file = files.get(key);
      if (file === undefined) throw new RangeError(`no file ${key}`);
      for (const line of file.split('\n')) if (line !== '') yield line;
    },
    async putStream(key, parts) {
      files.set(key, (await Array.fromAsync(parts)).join(''));
    },
    // Unpacked: what a reader of the file sees.
    async putGzip(key, parts) {
      files.set(key, (await Array.fromAsync(parts)).join(''));
    },
    async *list(prefix) {
      for (const key of files.keys()) if (key.startsWith(prefix)) yield key;
    },
  };
}

/** Every message ever delivered, in order. */
export function memoryAnswers(): AnswerQueue & { readonly delivered: { answer: JobAnswer; body: string; replyTo: string | undefined }[] } {
  const delivered: { answer: JobAnswer; body: string; replyTo: string | undefined }[] = [];
  return { delivered, deliver: async (answer, replyTo) => void delivered.push({ answer, body: JSON.stringify(answer), replyTo }) };
}

/** A queue of bodies that tests deliver as they like. */
export function memoryQueue(): JobQueue & { readonly bodies: string[] } {
  const bodies: string[] = [];
  return { bodies, requeue: async (body) => void bodies.push(body) };
}

/** What becomes of one record: given its line of input, and how often this job's record was sent before. */
export type RecordFate = (line: { recordId: string; text: string }, sentBefore: number) => BatchRecord | undefined;

/** A provider whose jobs end when told to, each record as `fate` says, in reverse order. */
export function memoryProvider(blobs: BlobStore & { files: Map<string, string> }, fate: RecordFate) {
  const jobs = new Map<string, { job: ProviderJob; token: string; outputPrefix: string; inputKey: string }>();
  const outputs = new Map<string, BatchRecord[]>();
  const sent = new Map<string, number>();
  let created = 0;
  const provider: BatchProvider = {
    findByName: async (name) => [...jobs.values()].find(({ job }) => job.name === name)?.job,
    get: async (ref) => jobs.get(ref)?.job,
    async create({ name, token, inputKey, outputPrefix }) {
      const known = [...jobs.values()].find((other) => other.token === token);
      if (known !== undefined) return { kind: 'created', ref: known.job.ref };
      const ref = `job-${++created}`;
      jobs.set(ref, { job: { ref, name, phase: 'running', status: 'InProgress' }, token, inputKey, outputPrefix });
      return { kind: 'created', ref };
    },
    inputLine: (recordId, request, maxTokens) => canonicalJson({ recordId, text: request.messages[0]?.content[0]?.text, maxTokens }),
    async *records(outputPrefix) {
      yield* outputs.get(outputPrefix) ?? [];
    },
  };
  /** Ends every running job. */
  const finish = (endedAtMs: number, status = 'Completed'): ProviderJob[] => {
    const ended: ProviderJob[] = [];
    for (const [ref, entry] of jobs) {
      if (entry.job.phase === 'ended') continue;
      const lines = (blobs.files.get(entry.inputKey) ?? '').split('\n').filter((line) => line !== '');
      const records = lines.flatMap((text): BatchRecord[] => {
        const line: { recordId: string; text: string } = JSON.parse(text);
        const before = sent.get(line.text) ?? 0;
        sent.set(line.text, before + 1);
        return [fate(line, before) ?? []].flat();
      });
      outputs.set(entry.outputPrefix, records.toReversed());
      const job: ProviderJob = { ...entry.job, phase: 'ended', status, endedAtMs };
      jobs.set(ref, { ...entry, job });
      ended.push(job);
    }
    return ended;
  };
  return { provider, finish, jobCount: () => jobs.size, sent };
}
