import { describe, expect, it } from 'vitest';
import { FOREVER_MS } from '../../functions/core/gate-pause.ts';
import { holdChunk } from '../../functions/use-cases/hold-chunk.ts';
import { holdMoney } from '../../functions/use-cases/hold-money.ts';
import { pauseGates } from '../../functions/use-cases/pause-gates.ts';
import { settleProbe } from '../../functions/use-cases/settle-money.ts';
import { resetFeature, tripFeature } from '../../functions/use-cases/trip-feature.ts';
import { ask, DAY, FEATURE, LEAF, NOW, moneyWorld as world } from '../support/money-world.ts';

describe('observe mode', () => {
  it('admits what enforce mode refuses, at once, and says so', async () => {
    const ports = world({ mode: 'observe', caps: { dailyPico: 100n } });
    expect(await holdMoney(ask(90n), ports)).not.toHaveProperty('wouldRefuse');
    const over = await holdMoney(ask(90n), ports);
    expect(over).toMatchObject({ kind: 'held', hold: { amountPico: 90n }, wouldRefuse: { reason: 'budget_held' } });
    expect(ports.gates.peek(LEAF).allowance[DAY]).toBeLessThan(0n);
    expect(ports.clock.nowMs).toBe(NOW);
  });

  it('pays its debt with the next money that comes down', async () => {
    const ports = world({ mode: 'observe', caps: {} }, { caps: { dailyPico: 100n } });
    await holdMoney(ask(90n), ports);
    await holdMoney(ask(90n), ports);
    expect(ports.gates.peek('org').committedByDay[DAY]).toBeLessThanOrEqual(100n);
    const raised = { ...ports, settings: { ...ports.settings, caps: { dailyPico: 1000n } } };
    expect(await holdMoney(ask(10n), raised)).not.toHaveProperty('wouldRefuse');
    expect(ports.gates.peek(LEAF).allowance[DAY]).toBeGreaterThanOrEqual(0n);
    expect(ports.gates.peek('org').committedByDay[DAY]).toBeGreaterThanOrEqual(190n);
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

  it('is closed by an operator', async () => {
    const ports = world();
    await tripFeature(FEATURE, { reason: 'loop_detected' }, ports);
    await resetFeature(FEATURE, ports);
    expect(await holdMoney(ask(1n), ports)).toMatchObject({ kind: 'held' });
  });
});

describe("an operator's pause of a feature", () => {
  const pause = (ports: ReturnType<typeof world>, untilMs: number | undefined, template?: string) =>
    pauseGates({ feature: FEATURE, ...(template === undefined ? {} : { template }) }, untilMs, ports);

  it('stops the very next call, in every shard and in observe mode too', async () => {
    for (const mode of ['enforce', 'observe'] as const) {
      const ports = world({ shards: 3, mode });
      await pause(ports, FOREVER_MS);
      for (const random of [0, 0.4, 0.9])
        expect(await holdMoney(ask(1n), { ...ports, random: () => random })).toEqual({
          kind: 'refused',
          refusal: { reason: 'paused', message: expect.stringContaining('paused by an operator'), evidence: { scope: LEAF } },
        });
    }
  });

  it('lets everybody in when its time is over, not one probe, and says when', async () => {
    const ports = world();
    await pause(ports, NOW + 60_000);
    expect(await holdMoney(ask(1n), ports)).toMatchObject({ refusal: { reason: 'paused', retryAtMs: NOW + 60_000 } });
    ports.clock.nowMs = NOW + 60_000;
    const calls = await Promise.all(Array.from({ length: 5 }, () => holdMoney(ask(1n, { admittedAtMs: NOW + 60_000 }), ports)));
    expect(calls.map((call) => call.kind === 'held' && call.probe)).toEqual(calls.map(() => false));
  });

  it('of one template leaves the others alone', async () => {
    const ports = world();
    await pause(ports, FOREVER_MS, 'extract');
    expect(await holdMoney(ask(1n), ports)).toMatchObject({ refusal: { evidence: { scope: `template:${FEATURE}/extract` } } });
    expect(await holdMoney(ask(1n, { template: 'dispute' }), ports)).toMatchObject({ kind: 'held' });
  });

  it('is not ended by a breaker that closes, nor the breaker by its end', async () => {
    const ports = world();
    await tripFeature(FEATURE, { reason: 'loop_detected' }, ports);
    await pause(ports, FOREVER_MS);
    await resetFeature(FEATURE, ports);
    expect(await holdMoney(ask(1n), ports)).toMatchObject({ refusal: { reason: 'paused' } });
    await tripFeature(FEATURE, { reason: 'loop_detected' }, ports);
    await pause(ports, undefined);
    expect(await holdMoney(ask(1n), ports)).toMatchObject({ refusal: { reason: 'breaker_open' } });
  });

  it('refuses chunks of jobs as well', async () => {
    const ports = world();
    await pause(ports, FOREVER_MS);
    const request = { feature: FEATURE, chunkId: 'c1', wantPico: 1n, admittedAtMs: NOW, deadlineMs: NOW + 1 };
    expect(await holdChunk(request, ports)).toMatchObject({ kind: 'refused', refusal: { reason: 'paused' } });
    await pause(ports, undefined);
    expect(await holdChunk(request, ports)).toMatchObject({ kind: 'held' });
  });
});
