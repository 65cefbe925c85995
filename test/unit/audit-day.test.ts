import { describe, expect, it } from 'vitest';
import { rollUpHours } from '../../functions/compactor/roll-up-hours.ts';
import { NOTHING_DONE } from '../../functions/compactor/run.ts';
import { sumPico, usdToPico } from '../../functions/core/money.ts';
import { rollUp } from '../../functions/core/rollup.ts';
import type { Settings } from '../../functions/core/settings.ts';
import { auditDay } from '../../functions/use-cases/audit-day.ts';
import { holdChunk, sealChunk, settleChunk } from '../../functions/use-cases/hold-chunk.ts';
import { recordEntry } from '../../functions/use-cases/settle-money.ts';
import { ledgerEntry } from '../support/ledger-entry.ts';
import { rollupsOf } from '../support/memory-ledger.ts';
import { featureSettings, settings as testSettings } from '../support/settings.ts';
import { DAY, FEATURE, HOUR_MS, LEAF, memoryStores, NOON, upkeepWorld } from '../support/upkeep-world.ts';

const DAY_MS = 24 * HOUR_MS;
const world = () => upkeepWorld(memoryStores());

async function sealedChunk(ports: ReturnType<typeof world>['ports'], pico: bigint) {
  const request = { feature: FEATURE, chunkId: 'c', wantPico: pico, admittedAtMs: NOON, deadlineMs: NOON + HOUR_MS };
  const held = await holdChunk(request, ports);
  const sealed = held.kind === 'held' ? await sealChunk(held, { sealedPico: pico, deadlineMs: NOON + HOUR_MS }, ports) : undefined;
  return sealed ?? expect.fail('the chunk is sealed');
}

describe('the audit of a day', () => {
  it('waits until the batch money of the day is settled, and later days wait with it', async () => {
    const { ports, clock, call, run, alerts } = world();
    await call('0.01');
    const chunk = await sealedChunk(ports, 50n);
    clock.nowMs += DAY_MS;
    await call('0.02');
    clock.nowMs += DAY_MS;
    expect(await run()).toMatchObject({ daysAudited: 0 });
    await recordEntry(ledgerEntry({ admittedAtMs: NOON, day: DAY, mode: 'batch', costPico: 30n }), ports);
    await settleChunk(chunk, 30n, ports);
    expect(await run()).toMatchObject({ daysAudited: 2, featuresDrifted: 0 });
    expect(alerts).toEqual([]);
  });

  it('finds what a batch was settled with too much, though it was settled after midnight', async () => {
    const { ports, clock, run, alerts } = world();
    const chunk = await sealedChunk(ports, 50n);
    clock.nowMs += DAY_MS;
    await run();
    await recordEntry(ledgerEntry({ admittedAtMs: NOON, day: DAY, mode: 'batch', costPico: 30n }), ports);
    await settleChunk(chunk, 31n, ports);
    await run();
    expect(alerts).toMatchObject([{ kind: 'money_drift', evidence: { driftUsd: '0.000000000001', heldUsd: '0' } }]);
  });

  it('goes on after a week without a feature whose batch money nobody settles, and says so', async () => {
    const { ports, clock, run, alerts } = world();
    await sealedChunk(ports, 50n);
    clock.nowMs += 7 * DAY_MS;
    expect(await run()).toMatchObject({ daysAudited: 0 });
    clock.nowMs += DAY_MS;
    expect(await run()).toMatchObject({ daysAudited: 1, daysForgotten: 0 });
    expect(alerts).toMatchObject([{ kind: 'day_not_audited', scope: LEAF, evidence: { day: DAY } }]);
  });

  it('waits until the last hour of the day is rolled up', async () => {
    const { ports, clock, call, run } = world();
    await call('0.01');
    clock.nowMs = Date.UTC(2026, 10, 20, 23, 3);
    expect(await run()).toMatchObject({ daysAudited: 0 });
    clock.nowMs += 60_000;
    expect(await run()).toMatchObject({ daysAudited: 1 });
    expect((await ports.ledger.progress()).auditedDay).toBe(DAY);
  });

  it('tells again what it could not tell', async () => {
    const { ports, clock, call, run, alerts } = world();
    const { entry } = await call('0.01');
    ports.ledger.entries.set(`${entry.requestId}#1`, { ...entry, costPico: usdToPico('0.02') });
    clock.nowMs += DAY_MS;
    await expect(run({ alerts: { publish: () => Promise.reject(new Error('no mail')) } })).rejects.toThrow('no mail');
    expect(await run()).toMatchObject({ featuresDrifted: 1 });
    expect(await run()).toMatchObject({ featuresDrifted: 0 });
    expect(alerts).toHaveLength(1);
  });

  it('has rollups that are not what their entries add up to made again', async () => {
    const { ports, clock, call, run, total, alerts } = world();
    const { entry } = await call('0.01');
    clock.nowMs = Date.UTC(2026, 10, 20, 23, 3);
    await run();
    await ports.ledger.putRollups(entry.hour, rollUp([{ ...entry, costPico: 7n }]));
    clock.nowMs += HOUR_MS;
    await run();
    expect(await ports.ledger.dirtyHours()).toEqual([{ hour: entry.hour, markId: `audit-${DAY}` }]);
    await run();
    expect(await Array.fromAsync(ports.ledger.rollups(DAY, DAY))).toEqual(rollupsOf(ports.ledger));
    expect([await total(), alerts]).toEqual(['0.01', []]);
  });

  it('reads no entry again of a large day whose rollups agree with the gates', async () => {
    const { ports, clock, call, run } = world();
    await call('0.01');
    clock.nowMs += DAY_MS;
    await run();
    const ledger = { ...ports.ledger, ofHour: () => expect.fail('an entry was read') };
    expect(await auditDay(DAY, { ...ports, ledger }, 0)).toEqual({ drifted: [], staleHours: [] });
  });
});

describe('a copy of a hold that lands after its own settle', () => {
  it.each([
    ['small', undefined],
    ['large', 0],
  ])('is found on a %s day, though its hold seems to explain it', async (_size, mostReadAgain) => {
    const { ports, clock, call, run } = world();
    const { held } = await call('0.01');
    await ports.gates.hold(LEAF, held.hold, {}, { debtAllowed: true });
    clock.nowMs += 3 * HOUR_MS;
    await rollUpHours({ ports, done: { ...NOTHING_DONE }, failures: [], stopAtMs: Number.POSITIVE_INFINITY, isLost: () => false });
    const committed = { committedPico: usdToPico('0.11'), heldPico: usdToPico('0.1'), bookedPico: usdToPico('0.1') };
    expect((await auditDay(DAY, ports, mostReadAgain)).drifted).toMatchObject([committed]);
    clock.nowMs += DAY_MS;
    expect(await run()).toMatchObject({ resolvedSettled: 1, featuresDrifted: 1 });
  });
});

describe('a configuration that changes in the middle of the day', () => {
  const shards = (count: number, over: Partial<Settings> = {}) =>
    testSettings({ features: { [FEATURE]: featureSettings(FEATURE, { shards: count }) }, ...over });

  it.each([
    ['split', 1, 4],
    ['joined', 4, 1],
    ['split otherwise', 4, 2],
  ])('leaves the books of a feature that is %s in order', async (_how, before, after) => {
    const stores = memoryStores();
    const first = upkeepWorld(stores, shards(before));
    await first.call('0.01');
    await first.call(undefined);
    const second = upkeepWorld(stores, shards(after));
    await second.call('0.02');
    second.clock.nowMs += DAY_MS;
    expect(await second.run()).toMatchObject({ daysAudited: 1, resolvedAssumed: 1, daysClosed: 1 });
    expect(second.alerts).toEqual([]);
    expect(stores.gates.peek('org').committedByDay[DAY]).toBe(sumPico([...stores.ledger.entries.values()].map(({ costPico }) => costPico)));
    second.clock.nowMs += 8 * DAY_MS;
    expect(await second.run()).toMatchObject({ daysForgotten: 1 });
    expect(await second.run()).toMatchObject({ daysForgotten: 0 });
  });

  it('books the calls of a feature that was removed, and gives back what it has left', async () => {
    const stores = memoryStores();
    await upkeepWorld(stores).call(undefined);
    const { clock, run, alerts } = upkeepWorld(stores, testSettings({ features: {} }));
    clock.nowMs += DAY_MS;
    expect(await run()).toMatchObject({ resolvedAssumed: 1, daysAudited: 1, featuresDrifted: 0 });
    expect([...stores.ledger.entries.values()]).toMatchObject([{ kind: 'assumed', feature: FEATURE, owner: 'platform@acme.example' }]);
    for (const scope of ['org', 'team:finance', LEAF]) expect(stores.gates.peek(scope).committedByDay[DAY]).toBe(usdToPico('0.1'));
    expect(alerts).toEqual([]);
    clock.nowMs += 8 * DAY_MS;
    expect(await run()).toMatchObject({ daysForgotten: 1 });
    expect(stores.gates.peek(LEAF).committedByDay).toEqual({});
  });
});
