import { describe, expect, it } from 'vitest';
import type { BatchRecord } from '../../functions/core/batch-record.ts';
import type { Settings } from '../../functions/core/settings.ts';
import type { JobAnswer, JobMessage } from '../../functions/core/wire/job.ts';
import type { RouteAnswer, RouteRequest } from '../../functions/core/wire/route.ts';
import { batchWorld, job } from '../support/batch-world.ts';
import type { RecordFate } from '../support/memory-batch.ts';
import { featureSettings, modelSettings, settings } from '../support/settings.ts';

const HOUR_MS = 3_600_000;
const REPLIES = 'https://sqs.us-east-1.amazonaws.com/1/replies';
const usage = { input: 100, output: 40, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, reasoning: 0 };

const succeeds: RecordFate = ({ recordId, text }) => ({
  kind: 'succeeded',
  recordId,
  message: { role: 'assistant', content: [{ text: `answer to ${text}` }] },
  stopReason: 'end_turn',
  usage,
});

const configured = (
  batch: Partial<ReturnType<typeof featureSettings>['batch']> = {},
  batchMinRecords = 1,
  over: Partial<Settings> = {},
) => {
  const feature = featureSettings('invoice-extractor');
  return settings({
    models: { haiku: modelSettings('haiku', 1, 5, { batchMinRecords }), sonnet: modelSettings('sonnet', 3, 15) },
    features: { 'invoice-extractor': { ...feature, batch: { ...feature.batch, ...batch } } },
    ...over,
  });
};

const answersOf = (world: ReturnType<typeof batchWorld>, jobId: string): JobAnswer[] =>
  world.answers.delivered.filter(({ answer }) => answer.jobId === jobId).map(({ answer }) => answer);

async function runOne(message: JobMessage, options: Partial<Parameters<typeof batchWorld>[0]> = {}) {
  const world = batchWorld({ settings: configured(), fate: succeeds, ...options });
  world.send(message);
  await world.untilQuiet();
  return { world, answer: answersOf(world, message.jobId)[0] };
}

describe('an answer', () => {
  it('carries output, usage and the exact batch price', async () => {
    const { answer } = await runOne(job('one'));
    // 100 input at $0.50 and 40 output at $2.50 per million.
    expect(answer).toMatchObject({
      jobId: 'one',
      status: 'succeeded',
      costUsd: '0.00015',
      mode: 'batch',
      providerJob: 'job-1',
      output: { message: { content: [{ text: 'answer to prompt of one' }] } },
      usage: { inputTokens: 100, outputTokens: 40 },
    });
  });

  it('is booked in the hour of admission, which is marked dirty when it has closed', async () => {
    const world = batchWorld({ settings: configured(), fate: succeeds });
    world.send(job('slow'));
    await world.intake();
    world.advance(3 * HOUR_MS);
    await world.untilQuiet();
    expect([...world.ledger.entries.values()].map(({ hour, admittedAtMs }) => [hour, new Date(admittedAtMs).getUTCHours()])).toEqual([
      ['2026-11-22T10', 10],
    ]);
    expect((await world.ledger.dirtyHours()).map(({ hour }) => hour)).toEqual(['2026-11-22T10']);
  });

  it('past its deadline is late, or expired, by the feature’s choice; the cost is booked either way', async () => {
    const past = job('past', { deadline: '2026-11-22T09:00:00Z' });
    const late = await runOne(past);
    expect(late.answer).toMatchObject({ status: 'succeeded', late: true });
    const world = batchWorld({ settings: configured({ afterDeadline: 'expire' }), fate: succeeds });
    world.send(job('past', { deadline: '2026-11-22T10:01:00Z' }));
    await world.intake();
    world.advance(HOUR_MS);
    await world.untilQuiet();
    const [expired] = answersOf(world, 'past');
    expect(expired).toMatchObject({ status: 'expired', costUsd: '0.00015' });
    expect(expired?.output).toBeUndefined();
  });

  it('goes to the queue that the job named, where the configuration lists it', async () => {
    const { world } = await runOne(job('reply', { replyTo: { queueUrl: REPLIES } }), { settings: configured({ replyTo: [REPLIES] }) });
    expect(world.answers.delivered.map(({ replyTo }) => replyTo)).toEqual([REPLIES]);
  });

  it('says so on the results queue where the configuration does not', async () => {
    const { world, answer } = await runOne(job('reply', { replyTo: { queueUrl: REPLIES } }));
    expect(world.answers.delivered.map(({ replyTo }) => replyTo)).toEqual([undefined]);
    expect(answer).toMatchObject({ status: 'failed', error: { reason: 'request_malformed' } });
  });
});

describe('a record whose cost the provider did not say', () => {
  it('is booked as assumed, at its whole hold', async () => {
    const fate: RecordFate = (line, before) => ({ ...succeeds(line, before), usage: undefined }) as BatchRecord;
    const { world } = await runOne(job('unsaid'), { fate });
    const [entry] = world.ledger.entries.values();
    expect(entry).toMatchObject({ kind: 'assumed', costPico: entry?.holdPico });
  });

  it('is assumed, answered failed and not sent again when a line could not be read', async () => {
    const { world, answer } = await runOne(job('garbled'), { fate: () => ({ kind: 'unreadable' }) });
    expect([...world.ledger.entries.values()].map(({ kind }) => kind)).toEqual(['assumed']);
    expect(answer).toMatchObject({ status: 'failed', error: { reason: 'answer_lost' } });
    expect(world.jobCount()).toBe(1);
  });
});

describe.each(['Failed', 'Expired', 'Stopped', 'PartiallyCompleted', 'Completed'])('a job that ends %s without a record', (status) => {
  it('sends the record again, and books nothing for the first time', async () => {
    const fate: RecordFate = (line, before) => (before === 0 ? undefined : succeeds(line, before));
    const { world, answer } = await runOne(job('again'), { fate, ends: [status] });
    expect(answer).toMatchObject({ status: 'succeeded', providerJob: 'job-2' });
    expect(world.ledger.entries.size).toBe(1);
  });
});

describe('a harvest that is cut off', () => {
  it('goes on from its last checkpoint, and books what came before only once', async () => {
    const world = batchWorld({ settings: configured(), fate: succeeds });
    const ids = Array.from({ length: 11 }, (_, index) => `job-${index}`);
    const { deliver } = world.ports.answers;
    let left = 7;
    world.ports.answers.deliver = (...args) => (left-- === 0 ? Promise.reject(new Error('cut off')) : deliver(...args));
    world.send(...ids.map((id) => job(id)));
    await world.untilQuiet();
    expect(world.failures).toHaveLength(1);
    // Checkpoints are two records apart: of seven answers delivered before, at most two come again.
    expect(world.answers.delivered.length).toBeLessThanOrEqual(11 + 2);
    expect(new Set(world.answers.delivered.map(({ answer }) => answer.jobId)).size).toBe(11);
    expect(world.gates.peek('feature:invoice-extractor').committedByDay['2026-11-22']).toBe(11n * 150_000_000n);
  });
});

describe('a provider that will never take the input', () => {
  it('ends in an answer, and all money comes back', async () => {
    const world = batchWorld({ settings: configured(), fate: succeeds });
    world.ports.provider.create = () => Promise.resolve({ kind: 'rejected', message: 'no such model' });
    world.send(job('refused'));
    await world.untilQuiet();
    expect(answersOf(world, 'refused')[0]).toMatchObject({ status: 'failed', error: { reason: 'provider_failed' }, costUsd: '0' });
    expect(world.gates.peek('feature:invoice-extractor').committedByDay).toEqual({ '2026-11-22': 0n });
  });
});

describe('a submission whose answer was lost', () => {
  it('is found again by its name, even when the provider has forgotten its token', async () => {
    const world = batchWorld({ settings: configured(), fate: succeeds });
    const { create } = world.ports.provider;
    let creations = 0;
    world.ports.provider.create = async (submission) => {
      const created = await create({ ...submission, token: `${submission.token}-${++creations}` });
      if (creations === 1) throw new Error('the connection broke');
      return created;
    };
    world.send(job('once'));
    await world.untilQuiet();
    expect(creations).toBe(1);
    expect(world.sent.get('prompt of once')).toBe(1);
  });
});

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

describe('a quota of jobs that is used up', () => {
  it('delays and does not fail', async () => {
    const world = batchWorld({ settings: configured(), fate: succeeds });
    const { create } = world.ports.provider;
    let refusals = 0;
    world.ports.provider.create = (submission) => (++refusals <= 2 ? Promise.resolve({ kind: 'full' }) : create(submission));
    world.send(job('patient'));
    expect(await world.untilQuiet()).toBe(3);
    expect(answersOf(world, 'patient')[0]?.status).toBe('succeeded');
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
    const fate: RecordFate = (line, before) =>
      before === 0 ? { kind: 'failed', recordId: line.recordId, reason: '500' } : succeeds(line, before);
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

describe('a group below the provider’s minimum', () => {
  const routed: RouteAnswer = {
    requestId: 'invoice-extractor.extract.01',
    output: { message: { role: 'assistant', content: [{ text: 'on demand' }] } },
    stopReason: 'end_turn',
    usage: { inputTokens: 1, outputTokens: 2, cacheReadInputTokens: 0, cacheWriteInputTokens: 0 },
    receipt: {
      model: 'haiku',
      arm: 'cheap',
      reason: 'r',
      escalated: false,
      attempts: 1,
      costUsd: '0.01',
      holdUsd: '0.02',
      budget: [],
      warnings: [],
    },
  };

  it('waits, and goes on demand six hours before its deadline, its batch hold given back first', async () => {
    const requests: { request: RouteRequest; held: bigint | undefined }[] = [];
    const world = batchWorld({
      settings: configured({}, 100),
      fate: succeeds,
      route: async (request) => {
        requests.push({ request, held: world.gates.peek('feature:invoice-extractor').committedByDay['2026-11-22'] });
        return routed;
      },
    });
    world.send(job('lonely', { deadline: '2026-11-22T20:00:00Z' }));
    await world.round(0);
    world.advance(3 * HOUR_MS);
    await world.round(1);
    expect(requests).toEqual([]);
    world.advance(HOUR_MS);
    await world.untilQuiet(1);
    expect(requests).toMatchObject([{ held: 0n, request: { feature: 'invoice-extractor', inferenceConfig: { maxTokens: 1024 } } }]);
    expect(answersOf(world, 'lonely')).toMatchObject([{ status: 'succeeded', mode: 'on_demand', costUsd: '0.01' }]);
    expect(world.jobCount()).toBe(0);
  });

  it.each(['before', 'after'] as const)('calls the model once, though a process dies %s any call', async (when) => {
    const message = job('lonely', { deadline: '2026-11-22T11:00:00Z' });
    const run = async (at: number) => {
      let paid = 0;
      const world = batchWorld({
        settings: configured({}, 100),
        fate: succeeds,
        crash: { at, when },
        route: async () => {
          paid += 1;
          const { output: _, ...replayed } = routed;
          return paid === 1 ? routed : replayed;
        },
      });
      world.send(message);
      await world.untilQuiet();
      return world;
    };
    const calls = (await run(0)).calls();
    for (let at = 1; at <= calls; at++) {
      const world = await run(at);
      const answers = answersOf(world, 'lonely');
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size, `crash at ${at}`).toBe(1);
      expect(answers[0]?.costUsd).toBe('0.01');
    }
  });
});
