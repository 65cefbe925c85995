import { describe, expect, it } from 'vitest';
import { SpillwayError } from '../../functions/core/errors.ts';
import type { Message } from '../../functions/core/wire/converse.ts';
import type { RouteRequest } from '../../functions/core/wire/route.ts';
import { routeRequest } from '../../functions/use-cases/route-request.ts';
import { ask, NOON, routeWorld, says } from '../support/route-world.ts';
import { featureSettings, settings } from '../support/settings.ts';

/** A conversation in which the agent asks for the same thing `times` times, and gets the same result. */
const looping = (times: number): Message[] => [
  { role: 'user', content: [{ text: 'Find the invoice.' }] },
  ...Array.from({ length: times }, (_, i): Message[] => [
    { role: 'assistant', content: [{ toolUse: { toolUseId: `t${i}`, name: 'search', input: { query: 'invoice 17' } } }] },
    { role: 'user', content: [{ toolResult: { toolUseId: `t${i}`, content: [{ text: `no match (took ${i} ms)` }] } }] },
  ]).flat(),
];

type World = ReturnType<typeof routeWorld>;
const reasonOf = async (request: RouteRequest, world: World) => {
  const outcome = await routeRequest(request, world.ports);
  return outcome.kind === 'refused' ? outcome.refusal.reason : 'answered';
};

describe('a loop in the conversation', () => {
  it('is refused at its fourth repetition, without a call', async () => {
    const world = routeWorld();
    expect(await reasonOf(ask({ messages: looping(3) }), world)).toBe('answered');
    expect(await reasonOf(ask({ messages: looping(4) }), world)).toBe('loop_detected');
    expect(world.calls).toHaveLength(1);
  });

  it('tells the owner once, however often it comes back', async () => {
    const world = routeWorld();
    for (let i = 0; i < 5; i++) {
      expect(await reasonOf(ask({ messages: looping(4 + i) }), world)).toBe('loop_detected');
      world.clock.nowMs += 3_000;
    }
    expect(world.alerts).toMatchObject([
      { kind: 'loop_detected', owner: 'invoice-extractor@acme.example', evidence: { tool: 'search', times: 4 } },
    ]);
    expect(JSON.stringify(world.alerts)).not.toContain('invoice 17');
  });

  it('trips the breaker of the run that the caller named, so that the run’s next call is refused too', async () => {
    const world = routeWorld();
    expect(await reasonOf(ask({ messages: looping(4), run: 'r1' }), world)).toBe('loop_detected');
    expect(await reasonOf(ask({ run: 'r1' }), world)).toBe('breaker_open');
    expect(await reasonOf(ask({ run: 'r2' }), world)).toBe('answered');
    world.clock.nowMs += 5 * 60_000 + 1;
    expect(await reasonOf(ask({ run: 'r1' }), world)).toBe('answered');
    expect(world.alerts).toHaveLength(1);
  });

  it('is refused even while the store is down', async () => {
    const down = () => Promise.reject(new SpillwayError('store_unavailable', 'down'));
    const world = routeWorld({
      ports: { runs: { enter: down, join: down, read: down, trip: down, reset: down }, refusals: { count: down, ofDays: down } },
    });
    expect(await reasonOf(ask({ messages: looping(4) }), world)).toBe('loop_detected');
  });

  it('goes on in observe mode, reported', async () => {
    const feature = featureSettings('invoice-extractor', { mode: 'observe' });
    const world = routeWorld({ settings: settings({ features: { 'invoice-extractor': feature } }) });
    const outcome = await routeRequest(ask({ messages: looping(4), run: 'r1' }), world.ports);
    expect(outcome).toMatchObject({ kind: 'answered', answer: { receipt: { wouldRefuse: 'loop_detected' } } });
    expect(await reasonOf(ask({ run: 'r1' }), world)).toBe('answered');
    expect(world.alerts).toHaveLength(1);
  });
});

describe('a run', () => {
  it('is tripped by its fourth identical request', async () => {
    const world = routeWorld();
    const reasons = [];
    for (let i = 0; i < 6; i++) reasons.push(await reasonOf(ask({ run: 'r1' }), world));
    expect(reasons).toEqual(['answered', 'answered', 'answered', 'loop_detected', 'breaker_open', 'breaker_open']);
    expect(world.calls).toHaveLength(3);
    expect(world.alerts).toHaveLength(1);
    expect(world.gates.peek('feature:invoice-extractor').holds).toEqual([]);
  });

  it('lets at most three of many simultaneous twins be paid', async () => {
    const world = routeWorld();
    const reasons = await Promise.all(Array.from({ length: 20 }, () => reasonOf(ask({ run: 'r1' }), world)));
    expect(reasons.filter((reason) => reason === 'answered').length).toBeLessThanOrEqual(3);
    expect(world.calls.length).toBeLessThanOrEqual(3);
    expect(world.alerts).toHaveLength(1);
  });

  it('is not tripped by different requests, or by other runs', async () => {
    const world = routeWorld();
    for (let i = 0; i < 6; i++) {
      expect(await reasonOf(ask({ run: 'r1', messages: [{ role: 'user', content: [{ text: `question ${i}` }] }] }), world)).toBe(
        'answered',
      );
      expect(await reasonOf(ask({ run: `other-${i}` }), world)).toBe('answered');
    }
  });

  it('ends at the calls that its feature allows', async () => {
    const loop = { ...featureSettings('x').loop, maxCallsPerRun: 2 };
    const world = routeWorld({ settings: settings({ features: { 'invoice-extractor': featureSettings('invoice-extractor', { loop }) } }) });
    const reasons = [];
    for (let i = 0; i < 3; i++) {
      reasons.push(await reasonOf(ask({ run: 'r1', messages: [{ role: 'user', content: [{ text: `question ${i}` }] }] }), world));
    }
    expect(reasons).toEqual(['answered', 'answered', 'run_limit']);
  });

  it('is remembered open without asking the store again', async () => {
    const world = routeWorld();
    for (let i = 0; i < 5; i++) await reasonOf(ask({ run: 'r1' }), world);
    const gatesBefore = JSON.stringify(world.gates.peek('feature:invoice-extractor'), (_, value) =>
      typeof value === 'bigint' ? `${value}` : value,
    );
    expect(await reasonOf(ask({ run: 'r1' }), world)).toBe('breaker_open');
    expect(
      JSON.stringify(world.gates.peek('feature:invoice-extractor'), (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
    ).toBe(gatesBefore);
  });
});

describe('an idempotency key', () => {
  it('answers a repeat with the first receipt, and calls no model twice', async () => {
    const world = routeWorld();
    const first = await routeRequest(ask({ idempotencyKey: 'k1' }), world.ports);
    const second = await routeRequest(ask({ idempotencyKey: 'k1' }), world.ports);
    if (first.kind !== 'answered' || second.kind !== 'answered') throw new Error('refused');
    expect(second.answer.requestId).toBe(first.answer.requestId);
    expect(second.answer.receipt).toEqual({ ...first.answer.receipt, replayed: true });
    expect(second.answer.output).toBeUndefined();
    expect(world.calls).toHaveLength(1);
    expect(world.committed()).toBe(world.entries()[0]?.costPico);
  });

  it('gives the output again where the feature keeps answers', async () => {
    const feature = featureSettings('invoice-extractor', { keepAnswersHours: 1 });
    const world = routeWorld({ settings: settings({ features: { 'invoice-extractor': feature } }) });
    await routeRequest(ask({ idempotencyKey: 'k1' }), world.ports);
    expect(await routeRequest(ask({ idempotencyKey: 'k1' }), world.ports)).toMatchObject({
      answer: { output: { message: { content: [{ text: '42' }] } } },
    });
    world.clock.nowMs += 3_600_001;
    const later = await routeRequest(ask({ idempotencyKey: 'k1' }), world.ports);
    expect(later.kind === 'answered' && later.answer.output).toBe(undefined);
  });

  it('refuses a repeat while the first call runs', async () => {
    let finish: () => void = () => undefined;
    const running = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const world = routeWorld({ model: async () => running.then(() => says('42')) });
    const first = routeRequest(ask({ idempotencyKey: 'k1' }), world.ports);
    while (world.calls.length === 0) await Promise.resolve();
    expect(await reasonOf(ask({ idempotencyKey: 'k1' }), world)).toBe('in_progress');
    finish();
    expect((await first).kind).toBe('answered');
  });

  it('is free again after a refusal that cost nothing, and taken after a call that may have', async () => {
    const codes = [new SpillwayError('model_throttled', 'no'), new SpillwayError('model_timeout', 'slow', { maybeBilled: true })];
    const world = routeWorld({
      model: (_, attempt) => {
        const error = codes[attempt - 1];
        if (error !== undefined) throw error;
        return says('42');
      },
    });
    expect(await reasonOf(ask({ idempotencyKey: 'k1' }), world)).toBe('model_throttled');
    expect(await reasonOf(ask({ idempotencyKey: 'k1' }), world)).toBe('model_timeout');
    expect(await reasonOf(ask({ idempotencyKey: 'k1' }), world)).toBe('in_progress');
    expect(world.calls).toHaveLength(2);
  });
});

describe('a store that fails', () => {
  const down = () => Promise.reject(new SpillwayError('store_unavailable', 'down'));

  it('before the call: refuses, calls nothing, leaves no money held, and is not asked to count', async () => {
    const parts = [
      { runs: { enter: down, join: down, read: down, trip: down, reset: down } },
      { idempotency: { claim: down, complete: down, release: down } },
      { fingerprints: { of: down } },
    ];
    for (const ports of parts) {
      const world = routeWorld({ ports });
      expect(await reasonOf(ask({ run: 'r1', idempotencyKey: 'k1' }), world)).toBe('store_unavailable');
      expect([world.calls, world.committed()]).toEqual([[], 0n]);
      expect(await world.refusals.ofDays('2000-01-01', '2100-01-01')).toEqual([]);
    }
  });

  it('after the call: the answer goes out, and the hold stays for the resolver', async () => {
    const world = routeWorld();
    world.ports.money.settle = down;
    const outcome = await routeRequest(ask(), world.ports);
    expect(outcome).toMatchObject({ kind: 'answered', answer: { receipt: { warnings: ['settle_pending'] } } });
    expect(world.gates.peek('feature:invoice-extractor').holds).toMatchObject([{ claimed: false }]);
  });

  it('after the call: an answer that cannot be kept for repeats goes out all the same', async () => {
    const claim = async () => ({ kind: 'claimed' }) as const;
    const world = routeWorld({ ports: { idempotency: { claim, complete: down, release: down } } });
    const outcome = await routeRequest(ask({ idempotencyKey: 'k1' }), world.ports);
    expect(outcome).toMatchObject({ kind: 'answered', answer: { receipt: { warnings: ['answer_not_kept'] } } });
  });
});

describe('a streamed request', () => {
  const streamed = async (request: RouteRequest, world: World) => {
    const events: string[] = [];
    const outcome = await routeRequest(request, world.ports, async (event) => void events.push(JSON.stringify(event)));
    return { events, outcome };
  };

  it('streams the strong model through', async () => {
    const { events } = await streamed(ask({ template: 'dispute' }), routeWorld());
    expect(events.join()).toContain('42');
  });

  it('sends nothing of a cheap answer that failed its check', async () => {
    const world = routeWorld({ model: (call) => says(call.model.name === 'haiku' ? 'cheap nonsense' : '{"total": 1}') });
    const { events, outcome } = await streamed(ask({ expect: { jsonSchema: { type: 'object' } } }), world);
    expect(events.join()).not.toContain('nonsense');
    expect(events.join()).toContain('total');
    expect(outcome.kind).toBe('answered');
  });
});

it('keeps the time of admission for every attempt', async () => {
  const world = routeWorld({
    model: (call) => {
      world.clock.nowMs += 90 * 60_000;
      return says(call.model.name === 'haiku' ? '' : 'better');
    },
  });
  await routeRequest(ask(), world.ports);
  expect(world.entries().map(({ admittedAtMs, hour }) => [admittedAtMs, hour])).toEqual([
    [NOON, '2026-11-15T11'],
    [NOON, '2026-11-15T11'],
  ]);
});
