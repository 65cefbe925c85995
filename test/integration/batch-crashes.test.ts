import { describe, expect, it } from 'vitest';
import { picoToUsd, sumPico, usdToPico } from '../../functions/core/money.ts';
import { batchWorld, job, type WorldOptions } from '../support/batch-world.ts';
import type { RecordFate } from '../support/memory-batch.ts';
import { featureSettings, modelSettings, settings } from '../support/settings.ts';

const small = settings({
  models: { haiku: modelSettings('haiku', 1, 5, { batchMinRecords: 1 }), sonnet: modelSettings('sonnet', 3, 15) },
  features: {
    'invoice-extractor': featureSettings('invoice-extractor'),
    'lead-scorer': featureSettings('lead-scorer', { team: 'finance', templates: { score: { tier: 'cheap' } } }),
  },
});

/** Fails once for texts that say so; never answers those that say never. */
const fate: RecordFate = ({ recordId, text }, sentBefore) => {
  if (text.includes('flaky') && sentBefore === 0) return { kind: 'failed', recordId, reason: '500 try again' };
  if (text.includes('hopeless')) return { kind: 'failed', recordId, reason: '400 no' };
  const usage = { input: 100 + text.length, output: 40, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, reasoning: 0 };
  const message = { role: 'assistant', content: [{ text: `answer to ${text}` }] } as const;
  return { kind: 'succeeded', recordId, message, stopReason: 'end_turn', usage };
};

const JOBS = [
  job('plain'),
  job('flaky-1'),
  job('flaky-2'),
  job('hopeless-1'),
  job('hopeless-2'),
  job('scored', { feature: 'lead-scorer', template: 'score' }),
  job('tools', { request: { messages: [{ role: 'user', content: [{ toolUse: { toolUseId: 't', name: 'n', input: {} } }] }] } }),
];

async function run(options: Partial<WorldOptions>) {
  const world = batchWorld({ settings: small, fate, ...options });
  world.send(...JOBS);
  await world.untilQuiet();
  return world;
}

type World = Awaited<ReturnType<typeof run>>;

/** Laws 9 and 10, once everything is quiet. */
function expectBooksToBalance(world: World): void {
  const jobs = world.jobs.all();
  expect(jobs.map(({ jobId, phase }) => `${jobId} ${phase}`).sort()).toEqual(JOBS.map(({ jobId }) => `${jobId} answered`).sort());
  for (const { feature, jobId, answer } of jobs) {
    const bodies = world.answers.delivered.filter(({ answer: copy }) => copy.jobId === jobId).map(({ body }) => body);
    expect(new Set(bodies).size, `copies of ${jobId}`).toBe(1);
    expect(world.blobs.files.get(`results/${feature}/${jobId}.json`)).toBe(bodies[0]);
    expect(bodies[0]).toContain(answer?.answerId);
  }
  const booked = sumPico([...world.ledger.entries.values()].map(({ costPico }) => costPico));
  const answered = jobs.map(({ answer }) => usdToPico(JSON.parse(answer?.text ?? '{}').costUsd));
  expect(picoToUsd(booked)).toBe(picoToUsd(sumPico(answered)));
  const leaves = ['feature:invoice-extractor', 'feature:lead-scorer'].map((scope) => world.gates.peek(scope));
  expect(leaves.flatMap(({ chunks }) => chunks)).toEqual([]);
  expect(sumPico(leaves.flatMap(({ committedByDay }) => Object.values(committedByDay)))).toBe(booked);
}

const statuses = (world: World) =>
  Object.fromEntries(world.jobs.all().map(({ jobId, answer }) => [jobId, JSON.parse(answer?.text ?? '{}').status]));

describe('the batch pipeline', () => {
  it('answers every job once, at the batch price, and leaves only settled money', async () => {
    const world = await run({});
    expect(world.failures).toEqual([]);
    expectBooksToBalance(world);
    expect(statuses(world)).toEqual({
      plain: 'succeeded',
      'flaky-1': 'succeeded',
      'flaky-2': 'succeeded',
      'hopeless-1': 'failed',
      'hopeless-2': 'failed',
      scored: 'succeeded',
      tools: 'failed',
    });
    expect([...world.ledger.entries.values()].every(({ mode, kind }) => mode === 'batch' && kind === 'settled')).toBe(true);
    expect(world.sent.get('prompt of hopeless-1')).toBe(3);
  });

  it('is not confused by every message and every event coming twice', async () => {
    const world = await run({ twice: true });
    expectBooksToBalance(world);
    expect(world.ledger.entries.size).toBe(4);
  });
});

describe('two of every function at once', () => {
  it('do no harm to each other, however their calls mix', async () => {
    for (let mixed = 1; mixed <= 60; mixed++) {
      const world = await run({ mixed });
      expectBooksToBalance(world);
      expect(world.sent.get('prompt of plain'), `seed ${mixed}`).toBe(1);
    }
  }, 120_000);
});

describe.each(['before', 'after'] as const)('a process that dies %s a call', (when) => {
  it('leaves nothing that the next runs do not finish, whichever call it was', async () => {
    const calls = (await run({})).calls();
    expect(calls).toBeGreaterThan(100);
    for (let at = 1; at <= calls; at++) {
      const world = await run({ crash: { at, when }, twice: at % 2 === 0 });
      expect(world.failures.length, `crash at ${at}`).toBeGreaterThan(0);
      expectBooksToBalance(world);
      expect(world.sent.get('prompt of plain'), `crash at ${at}`).toBe(1);
    }
  }, 120_000);
});
