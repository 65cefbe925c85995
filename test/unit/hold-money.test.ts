import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { ORG } from '../../functions/core/gate-tree.ts';
import type { FeatureSettings, Settings } from '../../functions/core/settings.ts';
import { holdMoney, unholdMoney } from '../../functions/use-cases/hold-money.ts';
import type { MoneyPorts } from '../../functions/use-cases/money-ports.ts';
import { settleMoney, settleProbe } from '../../functions/use-cases/settle-money.ts';
import { pauseFeature, resetFeature, tripFeature } from '../../functions/use-cases/trip-feature.ts';
import { ledgerEntry } from '../support/ledger-entry.ts';
import { memoryGates } from '../support/memory-gates.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { featureSettings, settings as testSettings } from '../support/settings.ts';

const NOW = Date.UTC(2026, 10, 22, 10, 30);
const DAY = '2026-11-22';
const FEATURE = 'invoice-extractor';
const LEAF = `feature:${FEATURE}`;

type World = MoneyPorts & { gates: ReturnType<typeof memoryGates>; clock: { nowMs: number }; writes: string[] };

function world(feature: Partial<FeatureSettings> = {}, over: Partial<Settings> = {}): World {
  const clock = { nowMs: NOW };
  const writes: string[] = [];
  const gates = memoryGates();
  const counted: typeof gates = new Proxy(gates, {
    get(target, name) {
      writes.push(String(name));
      return Reflect.get(target, name);
    },
  });
  return {
    gates: counted,
    ledger: memoryLedger(),
    settings: testSettings({ features: { [FEATURE]: featureSettings(FEATURE, feature) }, ...over }),
    now: () => clock.nowMs,
    random: () => 0.5,
    sleep: (ms) => {
      clock.nowMs += ms;
      return Promise.resolve();
    },
    clock,
    writes,
  };
}

const ask = (wantPico: bigint, over: Partial<Parameters<typeof holdMoney>[0]> = {}) => {
  const { admittedAtMs = NOW } = over;
  const call = { feature: FEATURE, callId: ulid(admittedAtMs), attempt: 1, template: 'extract', model: 'haiku', admittedAtMs };
  return { ...call, wantPico, floorPico: wantPico, deadlineMs: admittedAtMs + 180_000, ...over };
};

describe('a hold', () => {
  it('takes one write when the money is there, and says what remains', async () => {
    const ports = world({ caps: { dailyPico: 1000n } });
    await holdMoney(ask(10n), ports);
    ports.writes.length = 0;
    const held = await holdMoney(ask(10n), ports);
    expect(ports.writes).toEqual(['hold']);
    expect(held).toMatchObject({ kind: 'held', leaf: LEAF, probe: false, remaining: [{ scope: LEAF, remainingPico: 980n }] });
  });

  it('is committed at every level above', async () => {
    const ports = world({ caps: {} }, { caps: { dailyPico: 1000n }, teams: { finance: { name: 'finance', caps: { dailyPico: 500n } } } });
    await holdMoney(ask(10n), ports);
    expect(ports.gates.peek(ORG).committedByDay[DAY]).toBeGreaterThanOrEqual(10n);
    expect(ports.gates.peek('team:finance').committedByDay[DAY]).toBeGreaterThanOrEqual(10n);
    expect(ports.gates.peek(LEAF).committedByDay[DAY]).toBe(10n);
  });

  it('is clamped to what fits before it is refused', async () => {
    const ports = world({ caps: { dailyPico: 100n } });
    expect(await holdMoney(ask(130n, { floorPico: 20n }), ports)).toMatchObject({ kind: 'held', hold: { amountPico: 100n } });
    expect(await holdMoney(ask(130n, { floorPico: 20n }), ports)).toMatchObject({ kind: 'refused' });
  });

  it('is clamped to what a parent has left', async () => {
    const ports = world({ caps: {} }, { caps: { monthlyPico: 70n } });
    expect(await holdMoney(ask(100n, { floorPico: 20n }), ports)).toMatchObject({ kind: 'held', hold: { amountPico: 70n } });
  });

  it('is refused for good with the cap as evidence when no money is left', async () => {
    const ports = world({ caps: {} }, { teams: { finance: { name: 'finance', caps: { monthlyPico: 4_000_000_000_000n } } } });
    expect(await holdMoney(ask(5_000_000_000_000n), ports)).toEqual({
      kind: 'refused',
      refusal: {
        reason: 'budget_exhausted',
        message: expect.stringContaining('team:finance'),
        evidence: { scope: 'team:finance', period: 'monthly', capUsd: '4', committedUsd: '0', neededUsd: '5' },
      },
    });
  });

  it('takes idle money back from a sibling before it is refused', async () => {
    const features = { [FEATURE]: featureSettings(FEATURE, { caps: {} }), other: featureSettings('other', { caps: {} }) };
    const ports = world({}, { features, caps: { dailyPico: 100n }, teams: { finance: { name: 'finance', caps: {} } } });
    await ports.gates.grant(ORG, { child: 'team:finance', day: DAY, seenPico: 0n, addPico: 90n, spendsAllowance: false }, { dayPico: 10n });
    await ports.gates.take('team:finance', { day: DAY, seenPico: 0n, grantedPico: 90n });
    await ports.gates.grant('team:finance', { child: 'feature:other', day: DAY, seenPico: 0n, addPico: 90n, spendsAllowance: true }, {});
    await ports.gates.take('feature:other', { day: DAY, seenPico: 0n, grantedPico: 90n });
    expect(await holdMoney(ask(95n), ports)).toMatchObject({ kind: 'held', hold: { amountPico: 95n } });
    expect(ports.gates.peek('feature:other').allowance[DAY]).toBeLessThanOrEqual(5n);
  });

  it('waits for money of calls in flight, and gets it when it comes back', async () => {
    const ports = world({ caps: { dailyPico: 100n } }, { budgetWaitMs: 2000 });
    const first = await holdMoney(ask(90n), ports);
    if (first.kind !== 'held') expect.fail('the first call is held');
    const sleep = async (ms: number) => {
      await ports.sleep(ms);
      await settleMoney(first, ledgerEntry({ requestId: `${FEATURE}.extract.${first.hold.id.split('#')[0]}`, costPico: 5n }), ports);
    };
    expect(await holdMoney(ask(90n), { ...ports, sleep })).toMatchObject({ kind: 'held' });
  });

  it('is refused as held, retryable, when the money in flight does not come back in time', async () => {
    const ports = world({ caps: { dailyPico: 100n } }, { budgetWaitMs: 2000 });
    await holdMoney(ask(90n), ports);
    const refused = await holdMoney(ask(90n), ports);
    expect(refused).toMatchObject({ kind: 'refused', refusal: { reason: 'budget_held', retryAtMs: expect.any(Number) } });
    expect(ports.clock.nowMs - NOW).toBeGreaterThan(500);
    expect(ports.clock.nowMs - NOW).toBeLessThanOrEqual(2000);
  });

  it('comes back whole when the call is refused elsewhere', async () => {
    const ports = world({ caps: { dailyPico: 100n } });
    const held = await holdMoney(ask(90n), ports);
    if (held.kind !== 'held') expect.fail('the call is held');
    await unholdMoney(held, ports);
    await unholdMoney(held, ports);
    expect(ports.gates.peek(LEAF).committedByDay[DAY]).toBe(0n);
  });

  it('adopts its own earlier write when the answer was lost', async () => {
    const ports = world();
    await holdMoney(ask(1n), ports);
    const gates = new Proxy(ports.gates, {
      get: (target, name) =>
        name === 'hold'
          ? async (...given: Parameters<typeof target.hold>) => {
              await target.hold(...given);
              return { kind: 'refused' } as const;
            }
          : Reflect.get(target, name),
    });
    expect(await holdMoney(ask(10n), { ...ports, gates })).toMatchObject({ kind: 'held', hold: { amountPico: 10n } });
    expect(ports.gates.peek(LEAF).committedByDay[DAY]).toBe(11n);
  });

  it('stays under an hourly cap, which each shard has an equal share of', async () => {
    const ports = world({ caps: { hourlyPico: 100n }, shards: 2 });
    expect(await holdMoney(ask(51n), ports)).toMatchObject({ kind: 'refused', refusal: { evidence: { period: 'hourly' } } });
    expect(await holdMoney(ask(50n), ports)).toMatchObject({ kind: 'held', leaf: `${LEAF}/1` });
    expect(await holdMoney(ask(50n), { ...ports, random: () => 0 })).toMatchObject({ kind: 'held', leaf: `${LEAF}/0` });
    expect(await holdMoney(ask(1n), ports)).toMatchObject({ kind: 'refused' });
  });

  it('is refused without asking the store again for 2 s once the budget is exhausted', async () => {
    const ports = world({ caps: { dailyPico: 100n } });
    await holdMoney(ask(130n), ports);
    ports.writes.length = 0;
    expect(await holdMoney(ask(131n), ports)).toMatchObject({
      refusal: { reason: 'budget_exhausted', evidence: { neededUsd: '0.000000000131' } },
    });
    expect(ports.writes).toEqual([]);
    expect(await holdMoney(ask(100n), ports)).toMatchObject({ kind: 'held' });
    ports.clock.nowMs += 2000;
    await holdMoney(ask(131n), ports);
    expect(ports.writes).not.toEqual([]);
  });

  it('is a bug when the call id was not made at admission', async () => {
    await expect(holdMoney(ask(1n, { callId: ulid(NOW - 7_200_000) }), world())).rejects.toThrow(RangeError);
  });
});

describe('observe mode', () => {
  it('admits what enforce mode refuses, says so, and pays the debt with the next money', async () => {
    const ports = world({ mode: 'observe', caps: { dailyPico: 100n } });
    expect(await holdMoney(ask(90n), ports)).not.toHaveProperty('wouldRefuse');
    const over = await holdMoney(ask(90n), ports);
    expect(over).toMatchObject({ kind: 'held', hold: { amountPico: 90n }, wouldRefuse: { reason: 'budget_held' } });
    expect(ports.gates.peek(LEAF).allowance[DAY]).toBeLessThan(0n);
    expect(ports.clock.nowMs).toBe(NOW);
  });

  it('lets calls through an open breaker', async () => {
    const ports = world({ mode: 'observe' });
    await tripFeature(FEATURE, { reason: 'loop_detected' }, ports);
    expect(await holdMoney(ask(1n), ports)).toMatchObject({ kind: 'held', wouldRefuse: { reason: 'breaker_open' } });
  });
});

describe("a feature's breaker", () => {
  it('is tripped by exactly one of many callers', async () => {
    const ports = world();
    const wins = await Promise.all(Array.from({ length: 20 }, () => tripFeature(FEATURE, { reason: 'loop_detected' }, ports)));
    expect(wins.filter(Boolean)).toHaveLength(1);
  });

  it('refuses until it has cooled down, then lets exactly one probe through', async () => {
    const ports = world();
    await tripFeature(FEATURE, { reason: 'loop_detected' }, ports);
    const retryAtMs = NOW + 300_000;
    expect(await holdMoney(ask(1n), ports)).toMatchObject({ kind: 'refused', refusal: { reason: 'breaker_open', retryAtMs } });
    ports.clock.nowMs = retryAtMs;
    const calls = await Promise.all(Array.from({ length: 10 }, () => holdMoney(ask(1n, { admittedAtMs: retryAtMs }), ports)));
    expect(calls.filter(({ kind }) => kind === 'held')).toMatchObject([{ probe: true }]);
  });

  it('closes when the probe is healthy and opens for twice as long when it is not', async () => {
    const ports = world();
    await tripFeature(FEATURE, { reason: 'loop_detected' }, ports);
    ports.clock.nowMs = NOW + 300_000;
    const bad = await holdMoney(ask(1n, { admittedAtMs: ports.clock.nowMs }), ports);
    if (bad.kind !== 'held') expect.fail('the probe is held');
    expect(await settleProbe(bad, false, ports)).toBe(true);
    expect(await settleProbe(bad, true, ports)).toBe(false);
    expect(ports.gates.peek(LEAF).breaker).toEqual({ openUntilMs: ports.clock.nowMs + 600_000, trips: 2, reason: 'loop_detected' });
    ports.clock.nowMs += 600_000;
    const good = await holdMoney(ask(1n, { admittedAtMs: ports.clock.nowMs }), ports);
    if (good.kind !== 'held') expect.fail('the probe is held');
    expect(await settleProbe(good, true, ports)).toBe(true);
    expect(ports.gates.peek(LEAF).breaker).toEqual({ trips: 0 });
  });

  it('of a split feature is copied to every shard, and a healthy probe of one closes all', async () => {
    const ports = world({ shards: 3 });
    await tripFeature(FEATURE, { reason: 'loop_detected' }, ports);
    for (const random of [0, 0.4, 0.9])
      expect(await holdMoney(ask(1n), { ...ports, random: () => random })).toMatchObject({ refusal: { reason: 'breaker_open' } });
    ports.clock.nowMs = NOW + 300_000;
    const probe = await holdMoney(ask(1n, { admittedAtMs: ports.clock.nowMs }), ports);
    if (probe.kind !== 'held') expect.fail('the probe is held');
    await settleProbe(probe, true, ports);
    for (const scope of [LEAF, `${LEAF}/0`, `${LEAF}/1`, `${LEAF}/2`]) expect(ports.gates.peek(scope).breaker).toEqual({ trips: 0 });
  });

  it('is opened and closed by an operator', async () => {
    const ports = world();
    await pauseFeature(FEATURE, ports);
    expect(await holdMoney(ask(1n), ports)).toMatchObject({ refusal: { reason: 'paused' } });
    await resetFeature(FEATURE, ports);
    expect(await holdMoney(ask(1n), ports)).toMatchObject({ kind: 'held' });
  });
});

describe('a settled call', () => {
  it('commits the entry that won, not its own figure', async () => {
    const ports = world();
    const held = await holdMoney(ask(90n), ports);
    if (held.kind !== 'held') expect.fail('the call is held');
    const requestId = `${FEATURE}.extract.${held.hold.id.split('#')[0]}`;
    await ports.ledger.record(ledgerEntry({ requestId, kind: 'assumed', costPico: 90n }));
    const winner = await settleMoney(held, ledgerEntry({ requestId, costPico: 20n }), ports);
    expect(winner).toMatchObject({ kind: 'assumed', costPico: 90n });
    expect(ports.gates.peek(LEAF).committedByDay[DAY]).toBe(90n);
  });

  it('marks its hour when that may be rolled up already', async () => {
    const ports = world();
    const held = await holdMoney(ask(90n), ports);
    if (held.kind !== 'held') expect.fail('the call is held');
    const requestId = `${FEATURE}.extract.${held.hold.id.split('#')[0]}`;
    await settleMoney(held, ledgerEntry({ requestId }), ports);
    expect(await ports.ledger.dirtyHours()).toEqual([]);
    ports.clock.nowMs += 3_600_000;
    await settleMoney(held, ledgerEntry({ requestId }), ports);
    expect(await ports.ledger.dirtyHours()).toEqual([{ hour: '2026-11-22T10', markId: `${requestId}#1` }]);
  });
});
