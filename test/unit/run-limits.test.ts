import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpillwayError } from '../../functions/core/errors.ts';
import { picoToUsd, usdToPico } from '../../functions/core/money.ts';
import type { RouteRequest } from '../../functions/core/wire/route.ts';
import { routePorts } from '../../functions/use-cases/route-ports.ts';
import { routeRequest } from '../../functions/use-cases/route-request.ts';
import { times } from '../support/agent-corpus/invented-text.ts';
import { ask, routeWorld, says, usage } from '../support/route-world.ts';
import { featureSettings, settings } from '../support/settings.ts';
import { usual } from '../support/spend-profiles.ts';

const FEATURE = 'invoice-extractor';
const worldOf = (over: Parameters<typeof featureSettings>[1] = {}) =>
  routeWorld({ settings: settings({ features: { [FEATURE]: featureSettings(FEATURE, over) } }) });
type World = ReturnType<typeof worldOf>;
let asked = 0;
async function call(
  world: World,
  over: Partial<RouteRequest> = {},
): Promise<{ reason: string; warnings: readonly string[]; would?: string }> {
  const messages = [{ role: 'user' as const, content: [{ text: `question ${asked++}` }] }];
  const outcome = await routeRequest(ask({ messages, ...over }), world.ports);
  if (outcome.kind === 'refused') return { reason: outcome.refusal.reason, warnings: [] };
  const { warnings, wouldRefuse } = outcome.answer.receipt;
  return { reason: 'answered', warnings, ...(wouldRefuse === undefined ? {} : { would: wouldRefuse }) };
}
async function callsOf(world: World, count: number, over: Partial<RouteRequest>) {
  const outcomes = [];
  for (let made = 0; made < count; made += 1) outcomes.push(await call(world, over));
  return outcomes;
}

describe('a feature with limits of a run', () => {
  it('warns, then refuses each call beyond them, and tells its owner once', async () => {
    const world = worldOf({ loop: { ...featureSettings(FEATURE).loop, maxCallsPerRun: 5 } });
    const outcomes = await callsOf(world, 8, { run: 'r1' });
    expect(outcomes.map(({ reason }) => reason)).toEqual([...Array(5).fill('answered'), ...Array(3).fill('run_limit')]);
    expect(outcomes[4]?.warnings).toEqual(['run_unusual']);
    expect(world.alerts).toMatchObject([
      {
        kind: 'run_limit',
        scope: 'run:r1',
        evidence: { rule: 'calls_per_run', calls: 6, allowedCalls: 5, runCalls: 6, template: 'extract' },
      },
    ]);
    expect((await call(world, { run: 'r2' })).reason).toBe('answered');
  });

  it('stops a run by what it really cost, once the holds of its calls are settled', async () => {
    const world = worldOf({ loop: { ...featureSettings(FEATURE).loop, maxUsdPerRunPico: usdToPico('0.008') } });
    const outcomes = await callsOf(world, 30, { run: 'r1' });
    const paid = world.entries().reduce((sum, { costPico }) => sum + costPico, 0n);
    const hold = world.entries()[0]?.holdPico ?? 0n;
    expect(outcomes.some(({ reason }) => reason === 'run_limit')).toBe(true);
    expect(paid).toBeLessThanOrEqual(usdToPico('0.008'));
    expect(paid + 2n * hold).toBeGreaterThan(usdToPico('0.008'));
    expect(world.alerts[0]?.evidence).toMatchObject({ rule: 'usd_per_run', burnedUsd: picoToUsd(paid) });
  });

  it('keeps of a run exactly what it cost, escalations and failures too, whatever is refused', async () => {
    const world = worldOf();
    const expectJson = { expect: { jsonSchema: { type: 'object' } } };
    await callsOf(world, 3, { run: 'r1' });
    await callsOf(world, 2, { run: 'r1', ...expectJson });
    await call(world, { run: 'r1', messages: [{ role: 'user', content: [{ text: 'x'.repeat(90_000) }] }] });
    const atMs = world.clock.nowMs;
    await world.stores.runs.trip(FEATURE, 'r1', { untilMs: atMs + 1_000, reason: 'loop_detected', atMs });
    expect((await call(world, { run: 'r1' })).reason).toBe('breaker_open');
    world.clock.nowMs += 5_000;
    await call(world, { run: 'r1' });
    const paid = world.entries().reduce((sum, { costPico }) => sum + costPico, 0n);
    const stored = (await world.stores.runs.read(FEATURE, 'r1'))?.spentPico ?? 0n;
    expect(stored + world.ports.runCosts.take(FEATURE, 'r1')).toBe(paid);
  });

  it('is known to have spent no less than it did, through however many environments, and exactly so once they have told', async () => {
    const call = fc.record({ environment: fc.nat(2), tokens: fc.integer({ min: 1, max: 900 }), fails: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 12 }), async (calls) => {
        const next = { tokens: 1, fails: false };
        const world = routeWorld({
          model: () => {
            if (next.fails) throw new SpillwayError('model_unavailable', 'down', { maybeBilled: next.tokens % 2 === 0 });
            return says('fine', { usage: usage(10, next.tokens) });
          },
        });
        const environments = times(3, () => routePorts(world.stores, () => undefined));
        const paid = () => world.entries().reduce((sum, { costPico }) => sum + costPico, 0n);
        const stored = async () => (await world.stores.runs.read(FEATURE, 'r1'))?.spentPico ?? 0n;
        for (const { environment, ...answer } of calls) {
          Object.assign(next, answer);
          const ports = environments[environment];
          asked += 1;
          if (ports !== undefined)
            await routeRequest(ask({ run: 'r1', messages: [{ role: 'user', content: [{ text: `${asked}` }] }] }), ports);
          expect(await stored()).toBeGreaterThanOrEqual(paid());
        }
        const untold = environments.reduce((sum, { runCosts }) => sum + runCosts.take(FEATURE, 'r1'), 0n);
        expect((await stored()) + untold).toBe(paid());
      }),
      { numRuns: 40 },
    );
  });

  it('in observe mode stops nothing, says so each time, and tells its owner once', async () => {
    const world = worldOf({ mode: 'observe', loop: { ...featureSettings(FEATURE).loop, maxCallsPerRun: 2 } });
    const outcomes = await callsOf(world, 5, { run: 'r1' });
    expect(outcomes.map(({ would }) => would)).toEqual([undefined, undefined, 'run_limit', 'run_limit', 'run_limit']);
    expect(world.alerts).toHaveLength(1);
  });
});

describe('a run far beyond its feature’s own history', () => {
  it('is closed, opens again for longer each time, and is told of once a trip', async () => {
    const world = worldOf();
    await world.stores.profiles.putSpend(FEATURE, usual(3, '0.01'));
    await world.stores.runs.enter(FEATURE, 'r1', { callId: '0'.repeat(26), fingerprint: '', atMs: 0, addPico: usdToPico(30) });
    expect((await callsOf(world, 2, { run: 'r1' })).map(({ reason }) => reason)).toEqual(['runaway_spend', 'breaker_open']);
    expect(world.alerts).toMatchObject([{ kind: 'runaway_spend', evidence: { burnedUsd: '30', allowedUsd: '20' } }]);
    world.clock.nowMs += 5 * 60_000 + 1;
    expect((await call(world, { run: 'r1' })).reason).toBe('runaway_spend');
    world.clock.nowMs += 5 * 60_000 + 1;
    expect((await call(world, { run: 'r1' })).reason).toBe('breaker_open');
    expect(world.alerts).toHaveLength(2);
    expect((await call(world, { run: 'r2' })).reason).toBe('answered');
  });
});

describe('a run whose requests repeat', () => {
  const again = { messages: [{ role: 'user' as const, content: [{ text: 'again' }] }], run: 'r1' };

  it('is only suspected while its size is usual, and stopped where that is not', async () => {
    for (const [spentUsd, third] of [
      ['1', 'answered'],
      ['12', 'runaway_spend'],
    ] as const) {
      const world = worldOf();
      await world.stores.profiles.putSpend(FEATURE, usual(3, '0.01'));
      await world.stores.runs.enter(FEATURE, 'r1', { callId: '0'.repeat(26), fingerprint: '', atMs: 0, addPico: usdToPico(spentUsd) });
      const outcomes = await callsOf(world, 3, again);
      expect(outcomes.map(({ reason }) => reason)).toEqual(['answered', 'answered', third]);
    }
  });
});

describe('runs that begin runs', () => {
  it('are stopped when 400 calls recurse', async () => {
    const world = worldOf();
    const outcomes = [await call(world, { run: 'agent-0' })];
    for (let at = 1; at < 400; at += 1) outcomes.push(await call(world, { run: `agent-${at}`, parentRun: `agent-${at - 1}` }));
    expect(outcomes.findIndex(({ reason }) => reason === 'run_limit')).toBe(9);
    expect(outcomes.slice(5, 9).every(({ warnings }) => warnings.includes('run_unusual'))).toBe(true);
    expect(outcomes.slice(9).every(({ reason }) => reason === 'run_limit')).toBe(true);
  });

  it('are stopped when one begins ever more, with one alert, and parallel subagents of a few dozen are not', async () => {
    const world = worldOf();
    await call(world, { run: 'lead' });
    const subagents = await Promise.all(Array.from({ length: 40 }, (_, at) => callsOf(world, 3, { run: `sub-${at}`, parentRun: 'lead' })));
    expect(subagents.flat().every(({ reason, warnings }) => reason === 'answered' && warnings.length === 0)).toBe(true);
    const more = await Promise.all(Array.from({ length: 70 }, (_, at) => call(world, { run: `more-${at}`, parentRun: 'lead' })));
    expect(more.filter(({ reason }) => reason === 'run_limit')).toHaveLength(10);
    expect(world.alerts).toHaveLength(1);
  });

  it('are not joined to themselves', async () => {
    const world = worldOf();
    await callsOf(world, 3, { run: 'r1', parentRun: 'r1' });
    expect((await world.stores.runs.read(FEATURE, 'r1'))?.depth).toBeUndefined();
  });
});

it('a healthy world says nothing of sizes', async () => {
  const world = routeWorld({ model: () => says('fine') });
  expect((await callsOf(world, 31, { run: 'session' })).every(({ warnings }) => warnings.length === 0)).toBe(true);
});
