import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamodbJobs } from '../../functions/adapters/dynamodb-jobs.ts';
import type { Job } from '../../functions/core/batching.ts';
import type { JobStore } from '../../functions/ports/job-store.ts';
import { startDynalite } from '../support/dynalite.ts';
import { memoryJobs } from '../support/memory-batch.ts';

let stop: () => Promise<void>;
let controlTable: string;
beforeAll(async () => {
  ({ stop, controlTable } = await startDynalite());
});
afterAll(() => stop());

let made = 0;
const jobOf = (over: Partial<Job> = {}): Job => ({
  feature: 'invoice-extractor',
  jobId: `job-${++made}`,
  template: 'extract',
  bodyHash: 'hash',
  chunkId: 'chunk-1',
  leaf: 'feature:invoice-extractor',
  failures: 0,
  deadlineMs: 1_800_000_000_000,
  phase: 'staged',
  ...over,
});
const answer = { answerId: 'a-1', text: '{"answerId":"a-1"}' };

describe.each<[string, () => JobStore]>([
  ['in memory', memoryJobs],
  ['in DynamoDB', () => dynamodbJobs({ CONTROL_TABLE: controlTable })],
])('a job store %s', (_, open) => {
  it('creates a job once, and finds it as it was', async () => {
    const store = open();
    const job = jobOf();
    expect(await store.find(job.feature, job.jobId)).toBeUndefined();
    expect(await store.create(job)).toBe('changed');
    expect(await store.create({ ...job, chunkId: 'chunk-2' })).toBe('refused');
    expect(await store.find(job.feature, job.jobId)).toEqual(job);
  });

  it('keeps jobs of two features with one id apart', async () => {
    const store = open();
    const job = jobOf();
    await store.create(job);
    expect(await store.create({ ...job, feature: 'lead-scorer' })).toBe('changed');
  });

  it('records one answer of many that come at once', async () => {
    const store = open();
    const job = jobOf();
    await store.create(job);
    const answers = Array.from({ length: 8 }, (__, index) => ({ answerId: `a-${index}`, text: `${index}` }));
    const writes = await Promise.all(answers.map((each) => store.answer(job.feature, job.jobId, each)));
    expect(writes.filter((write) => write === 'changed')).toHaveLength(1);
    const won = answers[writes.indexOf('changed')];
    expect(await store.find(job.feature, job.jobId)).toEqual({ ...job, phase: 'answered', answer: won });
  });

  it('records no answer for a job that does not exist', async () => {
    expect(await open().answer('invoice-extractor', 'never-seen', answer)).toBe('refused');
  });

  it('lets a new chunk adopt a job from the chunk it was seen in, and only from there', async () => {
    const store = open();
    const job = jobOf();
    await store.create(job);
    const adopted = { ...job, chunkId: 'chunk-2' };
    expect(await store.adopt(adopted, { chunkId: 'elsewhere', phase: 'staged' })).toBe('refused');
    expect(await store.adopt(adopted, job)).toBe('changed');
    expect(await store.adopt({ ...job, chunkId: 'chunk-3' }, job)).toBe('refused');
    expect((await store.find(job.feature, job.jobId))?.chunkId).toBe('chunk-2');
  });

  it('does not let an answered job be adopted or requeued', async () => {
    const store = open();
    const job = jobOf();
    await store.create(job);
    await store.answer(job.feature, job.jobId, answer);
    expect(await store.adopt({ ...job, chunkId: 'chunk-2' }, job)).toBe('refused');
    expect(await store.requeue(job.feature, job.jobId, job.chunkId)).toBe('refused');
  });

  it('counts one failure a chunk, however often it is reported', async () => {
    const store = open();
    const job = jobOf();
    await store.create(job);
    expect(await store.requeue(job.feature, job.jobId, 'another-chunk')).toBe('refused');
    const writes = [await store.requeue(job.feature, job.jobId, job.chunkId), await store.requeue(job.feature, job.jobId, job.chunkId)];
    expect(writes).toEqual(['changed', 'refused']);
    expect(await store.find(job.feature, job.jobId)).toMatchObject({ phase: 'requeued', failures: 1 });
  });

  it('creates a job with its answer, for what is refused at once', async () => {
    const store = open();
    const job = jobOf({ phase: 'answered', chunkId: '', leaf: '', answer });
    expect(await store.create(job)).toBe('changed');
    expect(await store.find(job.feature, job.jobId)).toEqual(job);
  });
});
