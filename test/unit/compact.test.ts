import { describe, expect, it } from 'vitest';
import { localDay } from '../../functions/core/calendar.ts';
import { picoToUsd, usdToPico } from '../../functions/core/money.ts';
import { holdChunk } from '../../functions/use-cases/hold-chunk.ts';
import { settleMoney } from '../../functions/use-cases/settle-money.ts';
import { rollupsOf } from '../support/memory-ledger.ts';
import { DAY, FEATURE, HOUR_MS, LEAF, memoryStores, NOON, upkeepWorld } from '../support/upkeep-world.ts';

const world = () => upkeepWorld(memoryStores());

describe('the compactor', () => {
  it('books a call that died as its whole hold, and says so', async () => {
    const { ports, clock, call, total, run } = world();
    const { requestId } = await call(undefined);
    expect(await run()).toMatchObject({ resolvedAssumed: 0 });
    clock.nowMs += 200_000;
    expect(await run()).toMatchObject({ resolvedAssumed: 1 });
    expect(await ports.ledger.find(requestId, 1)).toMatchObject({
      kind: 'assumed',
      costPico: usdToPico('0.1'),
      owner: `${FEATURE}@acme.example`,
    });
    expect(ports.gates.peek(LEAF)).toMatchObject({ holds: [], committedByDay: { [DAY]: usdToPico('0.1') } });
    expect(await total()).toBe('0.1');
  });

  it('settles with the entry of a call that died after writing it', async () => {
    const { ports, clock, call, run } = world();
    const { entry } = await call(undefined);
    await ports.ledger.record({ ...entry, costPico: usdToPico('0.02') });
    clock.nowMs += 200_000;
    expect(await run()).toMatchObject({ resolvedSettled: 1, resolvedAssumed: 0 });
    expect(ports.gates.peek(LEAF).committedByDay[DAY]).toBe(usdToPico('0.02'));
  });

  it('rolls up the entry of a call that died before it marked the closed hour', async () => {
    const { ports, clock, call, run } = world();
    const { entry } = await call(undefined);
    clock.nowMs += HOUR_MS;
    await ports.ledger.setProgress({ closedHour: '2026-11-20T12' });
    await ports.ledger.record({ ...entry, costPico: usdToPico('0.02') });
    await run();
    expect(await Array.fromAsync(ports.ledger.rollups(DAY, DAY))).toMatchObject([{ costPico: usdToPico('0.02') }]);
  });

  it('keeps the mark of a correction that comes while the mark of what it corrects is cleared', async () => {
    const { ports, clock, call, run, total } = world();
    const late = await call(undefined);
    clock.nowMs += HOUR_MS;
    await ports.ledger.setProgress({ closedHour: '2026-11-20T12' });
    const ledger = {
      ...ports.ledger,
      async *ofHour(hour: string) {
        yield* ports.ledger.ofHour(hour);
        await settleMoney(late.held, { ...late.entry, costPico: usdToPico('0.03') }, ports);
      },
    };
    expect(await run({ ledger })).toMatchObject({ resolvedAssumed: 1, hoursRolledUp: 1 });
    expect(await total()).toBe('0.03');
    await run();
    expect(await ports.ledger.dirtyHours()).toEqual([]);
    expect(await Array.fromAsync(ports.ledger.rollups(DAY, DAY))).toEqual(rollupsOf(ports.ledger));
  });

  it('finishes every other call when one cannot be, and that one with the next run', async () => {
    const { ports, clock, call, run, failures } = world();
    const broken = await call(undefined);
    const whole = await call(undefined);
    clock.nowMs += 200_000;
    const find: typeof ports.ledger.find = (requestId, attempt) =>
      requestId === broken.requestId ? Promise.reject(new Error('unreadable')) : ports.ledger.find(requestId, attempt);
    await expect(run({ ledger: { ...ports.ledger, find } })).rejects.toThrow('unreadable');
    expect(failures).toHaveLength(1);
    expect(await ports.ledger.find(whole.requestId, 1)).toMatchObject({ kind: 'assumed' });
    expect(await run()).toMatchObject({ resolvedAssumed: 1 });
    expect(ports.gates.peek(LEAF).holds).toEqual([]);
  });

  it('removes a batch hold that was never sealed, and leaves a sealed one', async () => {
    const { ports, clock, run } = world();
    const chunk = { feature: FEATURE, wantPico: 10n, admittedAtMs: NOON, deadlineMs: NOON + 1000 };
    await holdChunk({ ...chunk, chunkId: 'open' }, ports);
    const sealed = await holdChunk({ ...chunk, chunkId: 'sealed' }, ports);
    if (sealed.kind !== 'held') expect.fail('the chunk is held');
    await ports.gates.sealChunk(sealed.leaf, sealed.chunk, 4n, NOON + 1000);
    clock.nowMs += 10_000;
    expect(await run()).toMatchObject({ openChunksRemoved: 1 });
    expect(ports.gates.peek(LEAF).chunks.map(({ chunkId }) => chunkId)).toEqual(['sealed']);
  });

  it('rolls up each closed hour once, catches up after a pause, and repeats without change', async () => {
    const { ports, clock, call, run } = world();
    await call('0.01');
    clock.nowMs += HOUR_MS;
    await call('0.02');
    clock.nowMs += 5 * HOUR_MS;
    await run();
    const rollups = await Array.fromAsync(ports.ledger.rollups(DAY, DAY));
    expect(rollups).toEqual(rollupsOf(ports.ledger));
    expect(await run()).toMatchObject({ hoursRolledUp: 0 });
    expect((await ports.ledger.progress()).closedHour).toBe('2026-11-20T17');
  });

  it('leaves an hour open while calls of it may still run', async () => {
    const { ports, clock, call, run } = world();
    await call('0.01');
    clock.nowMs = Date.UTC(2026, 10, 20, 13, 3, 59);
    await run();
    expect((await ports.ledger.progress()).closedHour).toBe('2026-11-20T11');
    clock.nowMs += 1000;
    await run();
    expect((await ports.ledger.progress()).closedHour).toBe('2026-11-20T12');
  });

  it('rolls a closed hour up again when an entry came late, and usage counts it at once', async () => {
    const { ports, clock, call, total, run } = world();
    const late = await call(undefined);
    clock.nowMs += HOUR_MS;
    await ports.ledger.setProgress({ closedHour: '2026-11-20T12' });
    await settleMoney(late.held, { ...late.entry, costPico: usdToPico('0.03') }, ports);
    expect(await total()).toBe('0.03');
    expect(await run()).toMatchObject({ hoursRolledUp: 1 });
    expect(await ports.ledger.dirtyHours()).toEqual([]);
    expect(await Array.fromAsync(ports.ledger.rollups(DAY, DAY))).toMatchObject([{ costPico: usdToPico('0.03') }]);
    expect(await total()).toBe('0.03');
  });

  it('keeps a mark that was made while it was reading', async () => {
    const { ports, clock, call, run } = world();
    await call('0.01');
    clock.nowMs += 3 * HOUR_MS;
    await run();
    await ports.ledger.markDirty('2026-11-20T12', 'first');
    const ledger = {
      ...ports.ledger,
      async *ofHour(hour: string) {
        await ports.ledger.markDirty(hour, 'second');
        yield* ports.ledger.ofHour(hour);
      },
    };
    await run({ ledger });
    expect(await ports.ledger.dirtyHours()).toContainEqual({ hour: '2026-11-20T12', markId: 'second' });
    expect(await ports.ledger.dirtyHours()).not.toContainEqual({ hour: '2026-11-20T12', markId: 'first' });
  });

  it('gives leftover allowance back at midnight, so that the organization has committed what was spent', async () => {
    const { ports, clock, call, run } = world();
    await call('0.01');
    expect(ports.gates.peek('org').committedByDay[DAY]).toBeGreaterThan(usdToPico('0.01'));
    clock.nowMs += 24 * HOUR_MS;
    await run();
    for (const scope of ['org', 'team:finance', LEAF])
      expect(ports.gates.peek(scope)).toMatchObject({
        committedByDay: { [DAY]: usdToPico('0.01') },
        committedByMonth: { '2026-11': usdToPico('0.01') },
      });
  });

  it('audits a closed day once, and raises an alarm when money has drifted', async () => {
    const { ports, clock, call, alerts, run } = world();
    const { entry } = await call('0.01');
    ports.ledger.entries.set(`${entry.requestId}#1`, { ...entry, costPico: usdToPico('0.02') });
    clock.nowMs += 24 * HOUR_MS;
    expect(await run()).toMatchObject({ daysAudited: 1, featuresDrifted: 1 });
    expect(alerts).toMatchObject([
      { kind: 'money_drift', scope: LEAF, evidence: { day: DAY, committedUsd: '0.01', bookedUsd: '0.02', driftUsd: '-0.01' } },
    ]);
    expect(await run()).toMatchObject({ daysAudited: 0 });
  });

  it('finds nothing to alarm about in a day of settled, assumed, corrected and second attempts', async () => {
    const { ports, clock, call, alerts, run } = world();
    const { entry } = await call('0.01');
    await ports.ledger.record({ ...entry, kind: 'correction', costPico: usdToPico('-0.005') });
    await call('0.02', 2);
    await call(undefined);
    clock.nowMs += 24 * HOUR_MS;
    expect(await run()).toMatchObject({ daysAudited: 1, featuresDrifted: 0, resolvedAssumed: 1 });
    expect(alerts).toEqual([]);
  });

  it('forgets an audited, empty day after a week, keeps its month, and never one that still holds money', async () => {
    const { ports, clock, call, run } = world();
    await call('0.01');
    clock.nowMs += 8 * 24 * HOUR_MS;
    expect(await run()).toMatchObject({ daysAudited: 1, daysForgotten: 1 });
    for (const scope of ['org', 'team:finance', LEAF])
      expect(ports.gates.peek(scope)).toMatchObject({
        committedByDay: {},
        granted: {},
        received: {},
        returned: {},
        acceptedBack: {},
        committedByMonth: { '2026-11': usdToPico('0.01') },
      });
    await holdChunk({ feature: FEATURE, chunkId: 'c', wantPico: 10n, admittedAtMs: clock.nowMs, deadlineMs: clock.nowMs + 1 }, ports);
    const [chunk] = ports.gates.peek(LEAF).chunks;
    if (chunk === undefined) expect.fail('the chunk is held');
    await ports.gates.sealChunk(LEAF, chunk, 10n, clock.nowMs);
    clock.nowMs += 9 * 24 * HOUR_MS;
    expect(await run()).toMatchObject({ daysForgotten: 0 });
    expect(ports.gates.peek(LEAF).chunks).toHaveLength(1);
  });

  it('does every other part when one fails, and then fails', async () => {
    const { ports, clock, call, run } = world();
    await call('0.01');
    clock.nowMs += 24 * HOUR_MS;
    const broken = { ledger: { ...ports.ledger, dirtyHours: () => Promise.reject(new Error('store down')) } };
    await expect(run(broken)).rejects.toThrow('store down');
    expect(ports.gates.peek('org').committedByDay[DAY]).toBe(usdToPico('0.01'));
  });

  it('books calls to the day of their admission', async () => {
    const { call, clock, usage } = world();
    clock.nowMs = Date.UTC(2026, 10, 20, 22, 59);
    await call('0.01');
    clock.nowMs = Date.UTC(2026, 10, 20, 23, 1);
    await call('0.02');
    expect((await usage()).map(({ day, costPico }) => [day, picoToUsd(costPico)])).toEqual([
      [DAY, '0.01'],
      ['2026-11-21', '0.02'],
    ]);
    expect(localDay(clock.nowMs, 'Europe/Berlin')).toBe('2026-11-21');
  });
});
