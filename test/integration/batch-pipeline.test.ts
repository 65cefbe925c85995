import { describe, expect, it } from 'vitest';
import { refuse } from '../../functions/core/errors.ts';
import type { RouteAnswer, RouteRequest } from '../../functions/core/wire/route.ts';
import { answersOf, configured, runOne, succeeds } from '../support/batch-cases.ts';
import { batchWorld, job } from '../support/batch-world.ts';
import type { RecordFate } from '../support/memory-batch.ts';

const HOUR_MS = 3_600_000;
const REPLIES = 'https://sqs.us-east-1.amazonaws.com/1/replies';

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
    const fate: RecordFate = (line) => ({ ...succeeds(line), usage: undefined });
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
    const fate: RecordFate = (line, before) => (before === 0 ? undefined : succeeds(line));
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

describe('a group below the provider’s minimum', () => {
  const routed: RouteAnswer = {
    requestId: 'invoice-extractor.extract.01ARZ3NDEKTSV4RRFFQ69G5FAV',
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

  it('is answered with what was assumed when the model may have billed it, and is not called again', async () => {
    let calls = 0;
    const world = batchWorld({
      settings: configured({}, 100),
      fate: succeeds,
      route: async () => {
        calls += 1;
        return refuse('model_timeout', 'the model did not answer in time', { assumedUsd: '0.02' });
      },
    });
    world.send(job('lonely', { deadline: '2026-11-22T11:00:00Z' }));
    await world.untilQuiet();
    expect(answersOf(world, 'lonely')).toMatchObject([{ status: 'refused', costUsd: '0.02', error: { reason: 'model_timeout' } }]);
    expect(calls).toBe(1);
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
