import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Chunk, type Job, jobNameOf, judgeDuplicate, manifestOfJobName, planSubmissions } from '../../functions/core/batching.ts';
import { checkJob } from '../../functions/core/job-check.ts';
import { costOf, findPrice } from '../../functions/core/price-book.ts';
import { estimateTokens } from '../../functions/core/token-estimate.ts';
import { NO_USAGE } from '../../functions/core/usage.ts';
import { job } from '../support/batch-world.ts';
import { featureSettings, modelSettings, priceRow, settings } from '../support/settings.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const HOUR_MS = 3_600_000;

const chunk = (chunkId: string, over: Partial<Chunk> = {}): Chunk => ({
  chunkId,
  feature: 'invoice-extractor',
  model: 'haiku',
  leaf: 'feature:invoice-extractor',
  hold: { chunkId, amountPico: 1n, day: '2026-11-22', deadlineMs: NOW, phase: 'sealed' },
  admittedAtMs: NOW,
  records: 60,
  bytes: 1000,
  deadlineMs: NOW + 24 * HOUR_MS,
  excluded: [],
  phase: 'sealed',
  ...over,
});
const idsOf = (chunks: readonly Chunk[]) => chunks.map(({ chunkId }) => chunkId);

describe('a plan of submissions', () => {
  it('waits below the minimum, and sends what reaches it together', () => {
    expect(planSubmissions([chunk('a')], [], settings(), NOW)).toEqual({ manifests: [], onDemand: [] });
    const { manifests } = planSubmissions([chunk('a'), chunk('b')], [], settings(), NOW);
    expect(manifests.map(({ model, chunks }) => [model, idsOf(chunks)])).toEqual([['haiku', ['a', 'b']]]);
  });

  it('never mixes models', () => {
    const { manifests } = planSubmissions([chunk('a'), chunk('b', { model: 'sonnet' })], [], settings(), NOW);
    expect(manifests).toEqual([]);
  });

  it('sends on demand only the chunks that are near their deadline', () => {
    const near = chunk('near', { records: 1, deadlineMs: NOW + 6 * HOUR_MS });
    const far = chunk('far', { records: 1, deadlineMs: NOW + 6 * HOUR_MS + 1 });
    expect(idsOf(planSubmissions([near, far], [], settings(), NOW).onDemand)).toEqual(['near']);
  });

  it('leaves a group that has company alone, however near its deadline', () => {
    const near = chunk('near', { records: 1, deadlineMs: NOW });
    expect(planSubmissions([near, chunk('b', { records: 99 })], [], settings(), NOW).onDemand).toEqual([]);
  });

  it('keeps within the jobs in flight', () => {
    const batch = { budgetShare: 0.5, maxJobsInFlight: 2 };
    const big = ['a', 'b', 'c'].map((id, index) => chunk(id, { records: 40_000, deadlineMs: NOW + index }));
    const running = { manifestId: 'm', model: 'haiku', chunkIds: [], records: 1, createdAtMs: NOW, phase: 'submitted' } as const;
    const { manifests } = planSubmissions(big, [running], settings({ batch }), NOW);
    expect(manifests.map(({ chunks }) => idsOf(chunks))).toEqual([['a']]);
  });

  it('puts every chunk into at most one job of at most 50,000 records and 1 GB, nearest deadline first', () => {
    const chunks = fc.array(
      fc.record({
        records: fc.integer({ min: 1, max: 1000 }),
        bytes: fc.integer({ min: 1, max: 48_000_000 }),
        in: fc.integer({ min: 0, max: 99 }),
      }),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(chunks, (sizes) => {
        const sealed = sizes.map((size, index) => chunk(`${index}`, { ...size, deadlineMs: NOW + size.in * HOUR_MS }));
        const plan = planSubmissions(sealed, [], settings(), NOW);
        const planned = [...plan.manifests.flatMap(({ chunks: group }) => group), ...plan.onDemand];
        expect(new Set(idsOf(planned)).size).toBe(planned.length);
        for (const { chunks: group } of plan.manifests) {
          expect(group.reduce((sum, { records }) => sum + records, 0)).toBeLessThanOrEqual(50_000);
          expect(group.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(1_000_000_000);
        }
        const order = plan.manifests.flatMap(({ chunks: group }) => group.map(({ deadlineMs }) => deadlineMs));
        expect(order).toEqual(order.toSorted((a, b) => a - b));
      }),
    );
  });
});

describe('a duplicate', () => {
  const known: Job = {
    ...{ feature: 'f', jobId: 'j', template: 't', bodyHash: 'h', chunkId: 'c', leaf: 'feature:f' },
    ...{ failures: 0, deadlineMs: NOW, phase: 'staged' },
  };

  it.each([
    ['staged', 'sealed', 'staged'],
    ['staged', 'open', 'wait'],
    ['staged', 'gone', 'adopt'],
    ['requeued', 'sealed', 'adopt'],
    ['answered', 'gone', 'answered'],
  ] as const)('of a %s job whose chunk is %s: %s', (phase, money, verdict) => {
    expect(judgeDuplicate({ ...known, phase }, 'h', money)).toBe(verdict);
    expect(judgeDuplicate({ ...known, phase }, 'another', money)).toBe('reused');
  });
});

describe('a job’s check', () => {
  const request = job('x').request ?? { messages: [] };
  const model = modelSettings('haiku', 1, 5);

  it('holds at least what any answer within its bounds can cost at the batch price', () => {
    const text = fc.string({ maxLength: 400 });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 20_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (prompt, maxTokens, share) => {
        const asked = { messages: [{ role: 'user', content: [{ text: prompt }] }], inferenceConfig: { maxTokens } } as const;
        const checked = checkJob(job('x'), asked, settings(), NOW);
        const row = findPrice(model.prices, 'batch', NOW);
        if (checked.kind === 'failed' || row === undefined) throw new Error('refused');
        expect(checked.job.maxTokens).toBeLessThanOrEqual(1024);
        const output = Math.floor(checked.job.maxTokens * share);
        const real = costOf({ ...NO_USAGE, input: Math.floor(estimateTokens(asked) * share), output }, row);
        expect(checked.job.holdPico).toBeGreaterThanOrEqual(real.costPico);
      }),
    );
  });

  it('refuses a model without a batch price, and never takes another', () => {
    const models = { haiku: { ...model, prices: [priceRow(1, 5)] } };
    expect(checkJob(job('x'), request, settings({ models }), NOW)).toMatchObject({
      kind: 'failed',
      error: { reason: 'model_not_allowed' },
    });
  });

  it('refuses a feature that is not eligible', () => {
    const feature = featureSettings('invoice-extractor');
    const features = { 'invoice-extractor': { ...feature, batch: { ...feature.batch, eligible: false } } };
    expect(checkJob(job('x'), request, settings({ features }), NOW)).toMatchObject({
      kind: 'failed',
      error: { reason: 'request_malformed' },
    });
  });

  it('takes the feature’s delay for a job that names no deadline', () => {
    const checked = checkJob(job('x'), request, settings(), NOW);
    expect(checked).toMatchObject({ kind: 'accepted', job: { deadlineMs: NOW + 24 * HOUR_MS } });
  });
});

describe('a provider job’s name', () => {
  it('leads back to its manifest, and to nothing for a job of somebody else’s', () => {
    const manifestId = '01M81B5H80DX9XV5YWMWD9YQZW';
    expect(manifestOfJobName(jobNameOf(manifestId))).toBe(manifestId);
    expect(manifestOfJobName('nightly-embeddings')).toBeUndefined();
  });
});
