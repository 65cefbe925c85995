import { describe, expect, it } from 'vitest';
import { SpillwayError } from '../../functions/core/errors.ts';
import type { Override } from '../../functions/core/override/override.ts';
import type { RouteRequest } from '../../functions/core/wire/route.ts';
import { routeRequest } from '../../functions/use-cases/route-request.ts';
import { toMessages, tools } from '../support/agent-corpus/agent-run.ts';
import { times } from '../support/agent-corpus/invented-text.ts';
import { memoryOverrides } from '../support/memory-overrides.ts';
import { ask, NOON, routeWorld, says } from '../support/route-world.ts';
import { featureSettings, settings } from '../support/settings.ts';

const LEAF = 'feature:invoice-extractor';
const order = (scope: string) => ({ id: `of-${scope}`, scope, reason: '', by: 'ops', atMs: NOON });
const pause = (scope: string): Override => ({ kind: 'pause', ...order(scope) });
const allow = (scope: string, rule: string): Override => ({ kind: 'allow', rule, untilMs: NOON + 60_000, ...order(scope) });

async function worldWith(overrides: readonly Override[], options: Parameters<typeof routeWorld>[0] = {}) {
  const overrideStore = memoryOverrides();
  for (const override of overrides) await overrideStore.put(override);
  return { overrideStore, ...routeWorld({ ...options, ports: { overrideStore, ...options.ports } }) };
}

const outcomeOf = async (world: ReturnType<typeof routeWorld>, request: RouteRequest = ask(), keyId?: string) => {
  const outcome = await routeRequest(request, world.ports, undefined, keyId);
  return outcome.kind === 'refused' ? outcome.refusal : 'answered';
};

describe('a paused call', () => {
  it('is refused by any of its scopes, in observe mode too, with its money given back', async () => {
    const scopes = ['org', 'team:finance', LEAF, 'template:invoice-extractor/extract', 'model:haiku', 'run:r1', 'key:k1'];
    for (const mode of ['enforce', 'observe'] as const) {
      for (const scope of scopes) {
        const features = { 'invoice-extractor': featureSettings('invoice-extractor', { mode }) };
        const world = await worldWith([pause(scope)], { settings: settings({ features }) });
        expect(await outcomeOf(world, ask({ run: 'r1' }), 'k1')).toMatchObject({ reason: 'paused', evidence: { scope } });
        expect([world.calls, world.committed(), world.gates.peek(LEAF).holds]).toEqual([[], 0n, []]);
      }
    }
  });

  it('leaves its idempotency key free', async () => {
    const world = await worldWith([pause('org')]);
    await outcomeOf(world, ask({ idempotencyKey: 'k' }));
    await world.overrideStore.remove(pause('org'));
    world.clock.nowMs += 2_000;
    expect(await outcomeOf(world, ask({ idempotencyKey: 'k' }))).toBe('answered');
  });

  it('asks no gate once the pause is known, and does not outlive it by more than 2 s', async () => {
    const world = await worldWith([pause('model:haiku')]);
    await outcomeOf(world);
    let holds = 0;
    const hold: typeof world.ports.money.hold = (request) => {
      holds += 1;
      return money.hold(request);
    };
    const { money } = world.ports;
    const counted = { ...world, ports: { ...world.ports, money: { ...money, hold } } };
    for (let i = 0; i < 3; i++) expect(await outcomeOf(counted)).toMatchObject({ reason: 'paused' });
    expect(holds).toBe(0);
    expect(await outcomeOf(world, ask({ template: 'dispute' }))).toBe('answered');
    await world.overrideStore.remove(pause('model:haiku'));
    world.clock.nowMs += 2_000;
    expect(await outcomeOf(world)).toBe('answered');
  });

  it('of the strong model keeps the cheap answer that was paid for', async () => {
    const world = await worldWith([pause('model:sonnet')], { model: () => says('') });
    const outcome = await routeRequest(ask(), world.ports);
    expect(outcome).toMatchObject({ answer: { receipt: { attempts: 1, warnings: expect.arrayContaining(['escalation_refused']) } } });
    expect(world.gates.peek(LEAF).holds).toEqual([]);
  });
});

describe('orders that cannot be read', () => {
  const down = () => Promise.reject(new SpillwayError('store_unavailable', 'down'));
  const blind = () => routeWorld({ ports: { overrideStore: { all: down } } });

  it('are not taken for none: the call is refused, with its money given back', async () => {
    const world = blind();
    expect(await outcomeOf(world)).toMatchObject({ reason: 'store_unavailable' });
    expect([world.calls, world.committed()]).toEqual([[], 0n]);
  });

  it('exempt from no rule', async () => {
    const text = 'long '.repeat(20_000);
    expect(await outcomeOf(blind(), ask({ messages: [{ role: 'user', content: [{ text }] }] }))).toMatchObject({
      reason: 'input_too_long',
    });
  });
});

describe('an exemption from a rule of loops', () => {
  const spinning = { messages: toMessages(times(6, () => tools(['search', { query: 'x' }, 'nothing']))), run: 'r1' };
  it.each([
    ['identical_tool_results', 'answered'],
    ['loop_detected', 'answered'],
    ['same_error', { reason: 'loop_detected' }],
  ])('%s', async (rule, expected) => {
    const world = await worldWith([allow(LEAF, rule)]);
    if (typeof expected === 'string') expect(await outcomeOf(world, ask(spinning))).toBe(expected);
    else expect(await outcomeOf(world, ask(spinning))).toMatchObject(expected);
  });

  it('ends at its time, and is of its scope alone', async () => {
    const world = await worldWith([allow('run:r1', 'loop_detected')]);
    expect(await outcomeOf(world, ask({ ...spinning, run: 'r2' }))).toMatchObject({ reason: 'loop_detected' });
    expect(await outcomeOf(world, ask(spinning))).toBe('answered');
    world.clock.nowMs += 61_000;
    expect(await outcomeOf(world, ask(spinning))).toMatchObject({ reason: 'loop_detected' });
  });
});

describe('an exemption from run_limit', () => {
  it('lets the run go on that it names, and no other', async () => {
    const loop = { ...featureSettings('x').loop, maxCallsPerRun: 1 };
    const features = { 'invoice-extractor': featureSettings('invoice-extractor', { loop }) };
    const world = await worldWith([allow('run:long', 'run_limit')], { settings: settings({ features }) });
    const call = (run: string, text: string) => outcomeOf(world, ask({ run, messages: [{ role: 'user', content: [{ text }] }] }));
    for (const text of ['one', 'two', 'three']) expect(await call('long', text)).toBe('answered');
    expect([await call('short', 'one'), await call('short', 'two')]).toMatchObject(['answered', { reason: 'run_limit' }]);
    world.clock.nowMs += 60_000;
    expect(await call('long', 'four')).toMatchObject({ reason: 'run_limit' });
  });
});

describe('an exemption from input_too_long', () => {
  const long = ask({ messages: [{ role: 'user', content: [{ text: 'long '.repeat(20_000) }] }] });

  it.each(['org', 'team:finance', LEAF, 'template:invoice-extractor/extract', 'model:haiku'])(
    'of %s lets the prompt in, for its time',
    async (scope) => {
      const world = await worldWith([allow(scope, 'input_too_long')]);
      expect(await outcomeOf(world, long)).toBe('answered');
      world.clock.nowMs += 60_000;
      expect(await outcomeOf(world, long)).toMatchObject({ reason: 'input_too_long' });
    },
  );

  it('of another scope, or from another rule, does not', async () => {
    const world = await worldWith([allow('team:other', 'input_too_long'), allow('org', 'run_limit')]);
    expect(await outcomeOf(world, long)).toMatchObject({ reason: 'input_too_long' });
  });

  it('takes the reproach out of observe mode', async () => {
    const features = { 'invoice-extractor': featureSettings('invoice-extractor', { mode: 'observe' }) };
    const world = await worldWith([allow('org', 'input_too_long')], { settings: settings({ features }) });
    const outcome = await routeRequest(long, world.ports);
    expect(outcome.kind === 'answered' && outcome.answer.receipt).not.toHaveProperty('wouldRefuse');
  });
});
