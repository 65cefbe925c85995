import { ulid } from 'ulid';
import { harvestJobs } from '../../functions/batch-harvester/harvest-jobs.ts';
import { takeJobs } from '../../functions/batch-intake/take-jobs.ts';
import { submitChunks } from '../../functions/batch-submitter/submit-chunks.ts';
import type { Refusal } from '../../functions/core/errors.ts';
import type { Settings } from '../../functions/core/settings.ts';
import type { JobMessage } from '../../functions/core/wire/job.ts';
import type { RouteAnswer, RouteRequest } from '../../functions/core/wire/route.ts';
import { KnownOverrides } from '../../functions/use-cases/known-overrides.ts';
import { TemplateVersions } from '../../functions/use-cases/template-versions.ts';
import { crashing } from './crashing.ts';
import { memoryAnswers, memoryBlobs, memoryJobs, memoryProvider, memoryQueue, memoryStaging, type RecordFate } from './memory-batch.ts';
import { memoryFingerprints } from './memory-fingerprints.ts';
import { memoryGates } from './memory-gates.ts';
import { memoryLedger } from './memory-ledger.ts';
import { memoryOverrides } from './memory-overrides.ts';
import { seededRandom } from './seeded-random.ts';

/** Rounds after which a world that is not quiet yet never will be. */
const MOST_ROUNDS = 40;
const ROUND_MS = 6 * 60_000;

export const job = (jobId: string, over: Partial<JobMessage> = {}): JobMessage => ({
  jobId,
  feature: 'invoice-extractor',
  template: 'extract',
  request: { messages: [{ role: 'user', content: [{ text: `prompt of ${jobId}` }] }] },
  ...over,
});

export type WorldOptions = {
  readonly settings: Settings;
  readonly fate: RecordFate;
  /** How the provider's next jobs end. */
  readonly ends?: readonly string[];
  readonly crash?: { readonly at: number; readonly when: 'before' | 'after' };
  /** Deliver every message and every event twice. */
  readonly twice?: boolean;
  /** Run every function twice at once, the calls of both mixed by this seed; harvesters do not respect each other's lease. */
  readonly mixed?: number;
  readonly route?: (request: RouteRequest) => Promise<RouteAnswer | Refusal>;
};

/** Queue, stores, provider and schedules in memory around the three functions' use cases. One process dies where `crash` says. */
export function batchWorld({ settings, fate, ends = [], crash = { at: 0, when: 'before' }, twice = false, mixed, route }: WorldOptions) {
  const [gates, jobs, staging, blobs, answers, queue] = [
    memoryGates(),
    memoryJobs(),
    memoryStaging(),
    memoryBlobs(),
    memoryAnswers(),
    memoryQueue(),
  ];
  const ledger = memoryLedger();
  const overrideStore = memoryOverrides();
  const { provider, finish, jobCount, sent } = memoryProvider(blobs, fate);
  const failures: unknown[] = [];
  const { next: chance, below } = seededRandom(mixed ?? 1);
  const pause = async (): Promise<void> => {
    for (let turns = mixed === undefined ? 0 : below(12); turns > 0; turns--) await Promise.resolve();
  };
  const process = crashing(crash.at, crash.when, pause);
  if (mixed !== undefined) staging.leaseManifest = () => Promise.resolve('changed');
  const failed = (_event: string, _facts: unknown, cause?: unknown): void => {
    if (cause !== undefined) failures.push(cause);
  };
  let nowMs = Date.parse('2026-11-22T10:00:00Z');
  const ports = {
    settings,
    bucket: 'bucket',
    recordsPerCheckpoint: 2,
    now: () => nowMs,
    random: () => 0.5,
    overrides: new KnownOverrides({ overrideStore, now: () => nowMs }),
    sleep: () => Promise.resolve(),
    newId: (atMs: number) => ulid(atMs, chance),
    fingerprints: memoryFingerprints,
    versions: new TemplateVersions({ fingerprints: memoryFingerprints, log: failed }),
    log: failed,
    gates: process.wrap(gates),
    jobs: process.wrap(jobs),
    staging: process.wrap(staging),
    blobs: process.wrap(blobs, ['lines', 'list']),
    ledger: process.wrap(ledger, ['ofHour', 'rollups']),
    answers: process.wrap(answers),
    queue: process.wrap(queue),
    provider: process.wrap(provider, ['records']),
    route: async (request: RouteRequest) => {
      if (route === undefined) throw new RangeError('nothing goes on demand here');
      const routed = await route(request);
      return 'receipt' in routed ? ({ kind: 'answered', answer: routed } as const) : ({ kind: 'refused', refusal: routed } as const);
    },
  };
  // `inputLine` is no call to the world.
  const whole = { ...ports, provider: { ...ports.provider, inputLine: provider.inputLine } };

  /** Runs one invocation; after a crash nothing of its answer is known. */
  async function invoke<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    try {
      const result = await work();
      return process.crashed() ? undefined : result;
    } catch (error) {
      failures.push(error);
      return undefined;
    } finally {
      process.restart();
    }
  }

  /** Answers the first of the two, when there are two. */
  async function invokeMixed<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    const results = await Promise.all(mixed === undefined ? [invoke(work)] : [invoke(work), invoke(work)]);
    return results[0];
  }

  async function intake(): Promise<void> {
    const bodies = queue.bodies.splice(0);
    const copies = twice ? [...bodies, ...bodies] : bodies;
    const messages = copies.map((body, index) => ({ messageId: `m${index}`, body }));
    const taken = await invokeMixed(() => takeJobs(messages, whole));
    const kept = new Set(taken?.keptIds ?? messages.map(({ messageId }) => messageId));
    const left = new Set(messages.filter(({ messageId }) => kept.has(messageId)).map(({ body }) => body));
    queue.bodies.unshift(...left);
  }

  async function harvest(events: readonly string[]): Promise<void> {
    for (const name of events) for (let copy = 0; copy < (twice ? 2 : 1); copy++) await invokeMixed(() => harvestJobs(name, whole));
    await invokeMixed(() => harvestJobs(undefined, whole));
  }

  async function round(index: number): Promise<void> {
    await intake();
    await invokeMixed(() => submitChunks(whole));
    const ended = finish(nowMs, ends[index]);
    await harvest(ended.map(({ name }) => name));
    nowMs += ROUND_MS;
    await removeStaleHolds();
  }

  /** The compactor's part: holds that no intake sealed in time. */
  async function removeStaleHolds(): Promise<void> {
    for (const feature of Object.keys(settings.features)) {
      const leaf = `feature:${feature}`;
      const stale = gates.peek(leaf).chunks.filter((chunk) => chunk.phase === 'open' && chunk.deadlineMs < nowMs);
      for (const chunk of stale) await gates.settleChunk(leaf, chunk, 0n);
    }
  }

  const isQuiet = async (): Promise<boolean> =>
    queue.bodies.length === 0 && (await staging.chunks()).length === 0 && (await staging.openManifests()).length === 0;

  /** Answers after how many rounds nothing was left to do. */
  async function untilQuiet(rounds = MOST_ROUNDS): Promise<number> {
    for (let index = 0; index < rounds; index++) {
      await round(index);
      if (await isQuiet()) return index + 1;
    }
    throw new Error(`not quiet after ${rounds} rounds: ${failures.map(String).join('; ')}`);
  }

  const send = (...messages: JobMessage[]): void => void queue.bodies.push(...messages.map((message) => JSON.stringify(message)));
  const advance = (ms: number): void => {
    nowMs += ms;
  };
  return {
    ...{ send, round, untilQuiet, advance, intake, ports: whole, failures, calls: process.calls },
    ...{ overrideStore, gates, jobs, staging, blobs, answers, queue, ledger, jobCount, sent },
  };
}
