import { describe, expect, it } from 'vitest';
import { answersOf, configured, runOne, succeeds } from '../support/batch-cases.ts';
import { batchWorld, job } from '../support/batch-world.ts';
import type { RecordFate } from '../support/memory-batch.ts';
import { featureSettings } from '../support/settings.ts';

describe('an intake so slow that its hold was removed before its seal', () => {
  it('leaves its messages in the queue, and the next delivery takes them in', async () => {
    const world = batchWorld({ settings: configured(), fate: succeeds });
    const { sealChunk } = world.ports.gates;
    world.ports.gates.sealChunk = async (scope, chunk, ...rest) => {
      world.ports.gates.sealChunk = sealChunk;
      await world.gates.settleChunk(scope, chunk, 0n);
      return sealChunk(scope, chunk, ...rest);
    };
    world.send(job('slow'));
    await world.intake();
    expect(world.queue.bodies).toHaveLength(1);
    await world.untilQuiet();
    expect(answersOf(world, 'slow').map(({ status }) => status)).toEqual(['succeeded']);
  });
});

describe('a bad message', () => {
  it('without a job to answer stays in the queue, for its dead letters', async () => {
    const world = batchWorld({ settings: configured(), fate: succeeds });
    const bad = ['not json', '{}', '{"jobId":"x"}', '{"jobId":"../x","feature":"invoice-extractor"}', '[]', 'null'];
    world.queue.bodies.push(...bad, JSON.stringify(job('good')));
    await world.intake();
    expect(world.queue.bodies).toEqual(bad);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['of an unknown feature', { feature: 'unheard-of' }, 'unknown_feature'],
    ['of an unknown template', { template: 'unheard-of' }, 'unknown_template'],
    ['with an unknown key', { surprise: 1 }, 'request_malformed'],
    ['without a prompt', { request: undefined }, 'request_malformed'],
    ['with tools', { request: { messages: [], toolConfig: {} } }, 'request_malformed'],
    ['with another feature’s file', { request: undefined, requestS3Uri: 's3://bucket/requests/other/a.json' }, 'request_malformed'],
    [
      'with a file that is not there',
      { request: undefined, requestS3Uri: 's3://bucket/requests/invoice-extractor/a.json' },
      'request_malformed',
    ],
    ['with too much input', { request: { messages: [{ role: 'user', content: [{ text: 'word '.repeat(9000) }] }] } }, 'input_too_long'],
  ])('%s is answered failed, once, and costs nothing', async (_, over, reason) => {
    const world = batchWorld({ settings: configured(), fate: succeeds, twice: true });
    world.queue.bodies.push(JSON.stringify({ ...job('bad'), ...over }));
    await world.untilQuiet();
    const answers = answersOf(world, 'bad');
    expect(answers[0]).toMatchObject({ status: 'failed', error: { reason }, costUsd: '0' });
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(world.jobCount()).toBe(0);
  });
});

describe('a prompt in a file', () => {
  it('is read under the feature’s own prefix, and sent again from there', async () => {
    const fate: RecordFate = (line, before) => (before === 0 ? { kind: 'failed', recordId: line.recordId, reason: '500' } : succeeds(line));
    const world = batchWorld({ settings: configured(), fate });
    const { request, ...rest } = job('large');
    world.blobs.files.set('requests/invoice-extractor/large.json', JSON.stringify(request));
    world.send({ ...rest, requestS3Uri: 's3://bucket/requests/invoice-extractor/large.json' });
    await world.untilQuiet();
    expect(answersOf(world, 'large')[0]?.output?.message.content[0]?.text).toBe('answer to prompt of large');
  });
});

describe('a job id', () => {
  it('used again with another body is told so, and keeps its one answer', async () => {
    const world = batchWorld({ settings: configured(), fate: succeeds });
    world.send(job('same'));
    await world.intake();
    world.send(job('same', { template: 'dispute' }));
    await world.untilQuiet();
    const answers = answersOf(world, 'same');
    expect(answers.map(({ status, error }) => error?.reason ?? status).sort()).toEqual(['job_id_reused', 'succeeded']);
    expect(JSON.parse(world.blobs.files.get('results/invoice-extractor/same.json') ?? '{}').status).toBe('succeeded');
    expect(world.jobs.all().map(({ phase }) => phase)).toEqual(['answered']);
  });

  it('sent again with the same body after its answer changes nothing', async () => {
    const world = batchWorld({ settings: configured(), fate: succeeds });
    world.send(job('same'));
    await world.untilQuiet();
    world.send(job('same'));
    await world.untilQuiet();
    expect(answersOf(world, 'same')).toHaveLength(1);
    expect(world.ledger.entries.size).toBe(1);
  });
});

describe('jobs beyond the budget’s share for batch', () => {
  it('wait in the queue while the others go', async () => {
    // One job holds about $0.0026 at the batch price; half of a cent leaves room for one.
    const feature = featureSettings('invoice-extractor', { caps: { dailyPico: 10_000_000_000n } });
    const world = batchWorld({ settings: configured({}, 1, { features: { 'invoice-extractor': feature } }), fate: succeeds });
    world.send(job('a'), job('b'), job('c'));
    await world.intake();
    expect(world.queue.bodies).toHaveLength(2);
    await world.untilQuiet();
    expect(world.jobs.all().map(({ phase }) => phase)).toEqual(['answered', 'answered', 'answered']);
  });

  it('are refused once their deadline has passed', async () => {
    const feature = featureSettings('invoice-extractor', { caps: { dailyPico: 1_000_000n } });
    const { answer } = await runOne(job('poor', { deadline: '2026-11-22T10:10:00Z' }), {
      settings: configured({}, 1, { features: { 'invoice-extractor': feature } }),
    });
    expect(answer).toMatchObject({ status: 'refused', error: { reason: 'budget_exhausted' } });
  });
});
