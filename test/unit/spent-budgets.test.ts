import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../functions/core/calendar.ts';
import { holdMoney } from '../../functions/use-cases/hold-money.ts';
import { ask, LEAF, moneyWorld, NOW } from '../support/money-world.ts';

/** An hourly cap of ten in each of two shards, and an environment that knows the overrides, so that it may remember. */
async function splitWorld() {
  const world = moneyWorld({ caps: { hourlyPico: 20n }, shards: 2 }, { budgetWaitMs: 0 });
  await world.overrides.current();
  /** A call that goes to this shard. */
  const call = (shard: 0 | 1, wantPico: bigint, admittedAtMs = world.clock.nowMs) =>
    holdMoney(ask(wantPico, { admittedAtMs }), { ...world, random: () => shard / 2 });
  return { ...world, call };
}

describe('a shard that is found empty', () => {
  it('is remembered, and refuses without a store operation', async () => {
    const { call, writes } = await splitWorld();
    expect(await call(0, 11n)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'budget_exhausted', evidence: { scope: `${LEAF}/0` } },
    });
    writes.length = 0;
    expect(await call(0, 11n)).toMatchObject({ kind: 'refused', refusal: { reason: 'budget_exhausted' } });
    expect(writes).toEqual([]);
  });

  it('refuses nobody who goes to another one', async () => {
    const { call, gates } = await splitWorld();
    const held = await call(0, 10n);
    if (held.kind !== 'held') expect.fail('there is money');
    await gates.settle(held.leaf, held.hold, 10n);
    expect(await call(0, 5n)).toMatchObject({ kind: 'refused' });
    expect(await call(1, 5n)).toMatchObject({ kind: 'held', leaf: `${LEAF}/1` });
  });

  it('refuses nobody in the next hour', async () => {
    const { call, clock, overrides, gates } = await splitWorld();
    clock.nowMs = NOW - (NOW % HOUR_MS) + HOUR_MS - 1;
    await overrides.current();
    const held = await call(0, 10n);
    if (held.kind !== 'held') expect.fail('there is money');
    await gates.settle(held.leaf, held.hold, 10n);
    expect(await call(0, 5n)).toMatchObject({ kind: 'refused' });
    clock.nowMs += 1;
    expect(await call(0, 10n)).toMatchObject({ kind: 'held' });
  });
});
