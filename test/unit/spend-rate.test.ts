import { describe, expect, it, vi } from 'vitest';
import { type PicoUsd, usdToPico } from '../../functions/core/money.ts';
import { judgeRate } from '../../functions/core/runaway/judge-rate.ts';
import type { SpendProfile } from '../../functions/core/runaway/spend-profile.ts';
import { usualSpend } from '../../functions/core/runaway/spend-profile.ts';
import type { RouteRequest } from '../../functions/core/wire/route.ts';
import { parseSpendProfile, spendProfileToJson } from '../../functions/schemas/spend-profile.ts';
import { routeRequest } from '../../functions/use-cases/route-request.ts';
import { playCourse, spendCourses, steadyProfile } from '../support/agent-corpus/spend-courses.ts';
import { memoryOverrides } from '../support/memory-overrides.ts';
import { ask, routeWorld, says, usage } from '../support/route-world.ts';
import { featureSettings, settings } from '../support/settings.ts';

const FEATURE = 'invoice-extractor';
const SEED = 900_000;
const played = spendCourses(20, SEED).map(playCourse);

describe('the money of ten minutes', () => {
  it.each([...Map.groupBy(played, ({ course }) => course.name)])('%s', (_, courses) => {
    const tripped = courses.filter(({ trip }) => trip !== undefined).length / courses.length;
    if (courses[0]?.course.good === true) expect(tripped).toBe(0);
    else expect(tripped).toBeGreaterThan(0.75);
  });

  const judged = (windowUsd: string, over: { dayUsd?: string; repeats?: number; asked?: number } = {}, profile?: SpendProfile) => {
    const { dayUsd = windowUsd, repeats = 1, asked = 50 } = over;
    const facts = { windowPico: usdToPico(windowUsd), dayPico: usdToPico(dayUsd), repeats, asked };
    return judgeRate(facts, { identicalRequests: 4 }, profile);
  };

  it.each([
    ['$2 without history', judged('2'), undefined],
    ['more than $2 without history', judged('2.01'), 'spend_rate'],
    ['$101 without history', judged('101'), 'far_beyond_days'],
    ['ten times the usual', judged('10', {}, steadyProfile('6')), undefined],
    ['more', judged('10.5', {}, steadyProfile('6')), 'spend_rate'],
    ['$9 where ten cents are usual', judged('9', {}, steadyProfile('0.6')), 'spend_rate'],
    ['more than three days cost in ten minutes', judged('60', {}, steadyProfile('0.6')), 'far_beyond_days'],
    ['the same where a day is cheap, under the floor of money', judged('49', {}, steadyProfile('0.01')), 'spend_rate'],
    ['twenty days’ cost since midnight', judged('3', { dayUsd: '300' }, steadyProfile('0.6')), 'far_beyond_days'],
    ['the same request thirty times', judged('3', { repeats: 30, asked: 36 }), 'repeated_request'],
    ['the same request among many others', judged('3', { repeats: 30, asked: 90 }), 'spend_rate'],
    ['the same request thirty times, cheap', judged('1', { repeats: 30, asked: 30 }), undefined],
  ])('%s', (_, verdict, rule) => {
    expect(verdict?.rule).toBe(rule);
    expect(verdict?.level).toBe(rule === undefined ? undefined : rule === 'spend_rate' ? 'warn' : 'trip');
  });

  it('is compared to busy hours and the busiest day, and to nothing while there is no habit', () => {
    const profile = steadyProfile('6');
    expect(usualSpend(profile)).toEqual({ windowPico: usdToPico(1), dayPico: usdToPico(144) });
    expect(usualSpend({ ...profile, hours: profile.hours.slice(0, 4) })).toBeUndefined();
    expect(parseSpendProfile(spendProfileToJson(profile))).toEqual(profile);
  });
});

const roomy = { dailyPico: usdToPico(100_000) };
type Over = Parameters<typeof featureSettings>[1];
type WorldPorts = NonNullable<NonNullable<Parameters<typeof routeWorld>[0]>['ports']>;
/** Each call costs what it says. */
function worldOf(callPico: { pico: PicoUsd }, over: Over = {}, ports: WorldPorts = {}) {
  const feature = featureSettings(FEATURE, { caps: {}, limits: { inputTokens: 8000, outputTokens: 8000, minOutputTokens: 64 }, ...over });
  return routeWorld({
    ports,
    settings: settings({ caps: roomy, teams: { finance: { name: 'finance', caps: {} } }, features: { [FEATURE]: feature } }),
    model: () => says('fine', { usage: usage(0, Number(callPico.pico / 5_000_000n)) }),
  });
}
type World = ReturnType<typeof worldOf>;
let asked = 0;
async function call(world: World, over: Partial<RouteRequest> = {}) {
  const messages = [{ role: 'user' as const, content: [{ text: `question ${asked++}` }] }];
  const outcome = await routeRequest(ask({ messages, ...over }), world.ports);
  if (outcome.kind === 'refused') return outcome.refusal.reason;
  return outcome.answer.receipt.wouldRefuse ?? outcome.answer.receipt.warnings.join();
}
/** Until something else than an answer without a word comes, or so many calls. */
async function callsUntil(world: World, wanted: string, most: number, over: Partial<RouteRequest> = {}): Promise<number> {
  for (let made = 1; made <= most; made += 1) if ((await call(world, over)) === wanted) return made;
  return most;
}
const same = { messages: [{ role: 'user' as const, content: [{ text: 'and again' }] }] };

describe('a feature that spends more than is usual', () => {
  it('goes on, its receipts say so, and its owner is told once a day', async () => {
    const world = worldOf({ pico: usdToPico('0.02') });
    expect(await callsUntil(world, 'spend_unusual', 200)).toBeGreaterThan(95);
    const marks = vi.spyOn(world.stores.runs, 'trip');
    for (let more = 0; more < 30; more += 1) expect(await call(world)).toBe('spend_unusual');
    expect(marks).not.toHaveBeenCalled();
    expect(world.alerts).toMatchObject([{ kind: 'spend_unusual', scope: `feature:${FEATURE}`, evidence: { rule: 'spend_rate' } }]);
    world.clock.nowMs += 30 * 60_000;
    expect(await call(world)).toBe('');
  });

  it('is not unusual where it is usual', async () => {
    const world = worldOf({ pico: usdToPico('0.02') });
    await world.stores.profiles.putSpend(FEATURE, steadyProfile('6'));
    expect(await callsUntil(world, 'spend_unusual', 300)).toBe(300);
  });
});

describe('a feature that asks the same for ever, without naming a run', () => {
  it('has the template stopped, and no other, with one alert that says what it cost', async () => {
    const world = worldOf({ pico: usdToPico('0.03') });
    const stopped = await callsUntil(world, 'runaway_spend', 400, same);
    expect(stopped).toBeLessThan(80);
    const burned = world.entries().reduce((sum, { costPico }) => sum + costPico, 0n);
    expect(burned).toBeLessThan(usdToPico('2.2'));
    expect([await call(world), await call(world, { template: 'dispute' })]).toEqual(['runaway_spend', 'spend_unusual']);
    const trips = world.alerts.filter(({ kind }) => kind === 'runaway_spend');
    expect(trips).toMatchObject([{ scope: `template:${FEATURE}/extract`, evidence: { rule: 'repeated_request', template: 'extract' } }]);
    expect(Number(trips[0]?.evidence['burnedUsd'])).toBeGreaterThan(2);
    expect(Number(trips[0]?.evidence['stoppedUsd'])).toBeGreaterThan(0);
    expect(world.gates.peek(`feature:${FEATURE}`).holds).toEqual([]);
  });

  it('is let through when it has cooled down and spends no more', async () => {
    const world = worldOf({ pico: usdToPico('0.03') });
    await callsUntil(world, 'runaway_spend', 400, same);
    world.clock.nowMs += 4 * 60_000;
    expect(await call(world)).toBe('runaway_spend');
    world.clock.nowMs += 30 * 60_000;
    expect(await call(world)).toBe('');
  });

  it('is only told of in observe mode', async () => {
    const world = worldOf({ pico: usdToPico('0.03') }, { mode: 'observe' });
    expect(await callsUntil(world, 'runaway_spend', 400, same)).toBeLessThan(80);
    for (let more = 0; more < 20; more += 1) expect(await call(world, same)).toBe('runaway_spend');
    expect(world.calls.length).toBeGreaterThan(80);
    expect(world.alerts.filter(({ kind }) => kind === 'runaway_spend')).toHaveLength(1);
    expect(world.gates.peek(`feature:${FEATURE}`).pauses).toEqual({});
  });

  it('goes on where an operator has allowed it', async () => {
    const overrideStore = memoryOverrides();
    const world = worldOf({ pico: usdToPico('0.03') }, {}, { overrideStore });
    const order = {
      id: 'o1',
      kind: 'allow',
      scope: `template:${FEATURE}/extract`,
      rule: 'runaway_spend',
      reason: 'a test',
      by: 'me',
    } as const;
    await overrideStore.put({ ...order, atMs: 0, untilMs: world.clock.nowMs + 9_000_000 });
    expect(await callsUntil(world, 'runaway_spend', 150, same)).toBe(150);
  });
});

describe('a feature that spends far beyond its days', () => {
  const burst = { pico: usdToPico('0.03') };

  it('is stopped as a whole where several templates spend, and a probe that finds it so opens the breaker for longer', async () => {
    const world = worldOf(burst);
    await world.stores.profiles.putSpend(FEATURE, steadyProfile('0.01'));
    burst.pico = usdToPico('0.03');
    let made = 0;
    let last = '';
    for (; made < 3_000 && last !== 'runaway_spend'; made += 1)
      last = await call(world, { template: made % 2 === 0 ? 'extract' : 'dispute' });
    expect(last).toBe('runaway_spend');
    expect(world.alerts.filter(({ kind }) => kind === 'runaway_spend')).toMatchObject([{ scope: `feature:${FEATURE}` }]);
    expect(await call(world, { template: 'dispute' })).toBe('breaker_open');
    const opened = world.gates.peek(`feature:${FEATURE}`).breaker;
    expect(opened).toMatchObject({ trips: 1, reason: 'runaway_spend' });
    world.clock.nowMs += 5 * 60_000 + 1;
    expect(await call(world)).toBe('runaway_spend');
    expect(world.gates.peek(`feature:${FEATURE}`).breaker).toMatchObject({ trips: 2 });
    world.clock.nowMs += 40 * 60_000;
    expect(await call(world)).toBe('');
    expect(world.gates.peek(`feature:${FEATURE}`).breaker.openUntilMs).toBeUndefined();
    expect(world.alerts.filter(({ kind }) => kind === 'runaway_spend')).toHaveLength(1);
  }, 60_000);
});
