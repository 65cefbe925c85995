import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamodbGates } from '../../functions/adapters/dynamodb-gates.ts';
import type { ChunkHold, Hold } from '../../functions/core/gate.ts';
import { transferKey } from '../../functions/core/gate.ts';
import type { GateStore } from '../../functions/ports/gate-store.ts';
import { startDynalite } from '../support/dynalite.ts';
import { memoryGates } from '../support/memory-gates.ts';

const DAY = '2026-11-22';
const MONTH = '2026-11';
const FREE = { debtAllowed: false };
const BIG = 9_007_199_254_740_993n;

let dynalite: Awaited<ReturnType<typeof startDynalite>>;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());

const hold = (id: string, amountPico: bigint, over: Partial<Hold> = {}): Hold => ({
  id: `${id}#1`,
  amountPico,
  day: DAY,
  admittedAtMs: 1000,
  deadlineMs: 2000,
  template: 'extract',
  model: 'haiku',
  claimed: false,
  ...over,
});
const chunk = (amountPico: bigint): ChunkHold => ({ chunkId: 'c1', amountPico, day: DAY, deadlineMs: 5000, phase: 'open' });

describe.each([
  ['in memory', () => memoryGates()],
  ['in DynamoDB', () => dynamodbGates({ CONTROL_TABLE: dynalite.controlTable })],
] as const)('the gate store %s', (_where, make) => {
  let serial = 0;
  const fresh = async (allowance: bigint): Promise<{ gates: GateStore; leaf: string }> => {
    const gates = make();
    serial += 1;
    const leaf = `feature:f${serial}`;
    if (allowance > 0n) await gates.take(leaf, { day: DAY, seenPico: 0n, grantedPico: allowance });
    return { gates, leaf };
  };

  it('holds under caps and allowance, and answers the gate as it is then', async () => {
    const { gates, leaf } = await fresh(BIG);
    const write = await gates.hold(leaf, hold('a', 7n, { run: 'run:1' }), { dayPico: 3n, monthPico: BIG }, FREE);
    expect(write).toMatchObject({ kind: 'changed', gate: { committedByDay: { [DAY]: 7n }, committedByMonth: { [MONTH]: 7n } } });
    const gate = await gates.read(leaf);
    expect(gate.allowance[DAY]).toBe(BIG - 7n);
    expect(gate.holds).toEqual([hold('a', 7n, { run: 'run:1' })]);
  });

  it('refuses a hold over the day, the month, the hour or the allowance, and changes nothing', async () => {
    const { gates, leaf } = await fresh(10n);
    await gates.hold(leaf, hold('a', 6n, { hour: '2026-11-22T10' }), {}, FREE);
    const before = await gates.read(leaf);
    expect(await gates.hold(leaf, hold('b', 1n), { dayPico: 5n }, FREE)).toEqual({ kind: 'refused' });
    expect(await gates.hold(leaf, hold('b', 1n), { monthPico: 5n }, FREE)).toEqual({ kind: 'refused' });
    expect(await gates.hold(leaf, hold('b', 1n, { hour: '2026-11-22T10' }), { hourPico: 5n }, FREE)).toEqual({ kind: 'refused' });
    expect(await gates.hold(leaf, hold('b', 5n), {}, FREE)).toEqual({ kind: 'refused' });
    expect(await gates.read(leaf)).toEqual(before);
  });

  it('refuses an amount larger than its cap although nothing is committed yet', async () => {
    const { gates, leaf } = await fresh(100n);
    expect(await gates.hold(leaf, hold('a', 51n), { dayPico: -1n }, FREE)).toEqual({ kind: 'refused' });
    expect(await gates.grant(leaf, { child: 'c', day: DAY, seenPico: 0n, addPico: 51n, spendsAllowance: false }, { dayPico: -1n })).toBe(
      'refused',
    );
  });

  it('counts a repeated hold once', async () => {
    const { gates, leaf } = await fresh(100n);
    await gates.hold(leaf, hold('a', 5n), {}, FREE);
    expect((await gates.hold(leaf, hold('a', 5n), {}, FREE)).kind).toBe('refused');
    expect((await gates.read(leaf)).committedByDay[DAY]).toBe(5n);
  });

  it('lets the allowance go below zero only where debt is allowed', async () => {
    const { gates, leaf } = await fresh(0n);
    expect((await gates.hold(leaf, hold('a', 5n), {}, FREE)).kind).toBe('refused');
    expect((await gates.hold(leaf, hold('a', 5n), {}, { debtAllowed: true })).kind).toBe('changed');
    expect((await gates.read(leaf)).allowance[DAY]).toBe(-5n);
  });

  it('settles once, giving back what the call did not cost', async () => {
    const { gates, leaf } = await fresh(10n);
    const own = hold('a', 10n, { hour: '2026-11-22T10' });
    await gates.hold(leaf, own, {}, FREE);
    expect(await gates.settle(leaf, own, 3n)).toBe('changed');
    expect(await gates.settle(leaf, own, 3n)).toBe('refused');
    const gate = await gates.read(leaf);
    expect([gate.committedByDay[DAY], gate.committedByMonth[MONTH], gate.committedByHour['2026-11-22T10'], gate.allowance[DAY]]).toEqual([
      3n,
      3n,
      3n,
      7n,
    ]);
    expect(gate.holds).toEqual([]);
  });

  it('unholds only a hold that nobody has claimed', async () => {
    const { gates, leaf } = await fresh(10n);
    await gates.hold(leaf, hold('a', 4n), {}, FREE);
    await gates.hold(leaf, hold('b', 4n), {}, FREE);
    await gates.claim(leaf, hold('b', 4n), 1000);
    expect(await gates.unhold(leaf, hold('a', 4n))).toBe('changed');
    expect(await gates.unhold(leaf, hold('b', 4n))).toBe('refused');
    expect((await gates.read(leaf)).committedByDay[DAY]).toBe(4n);
  });

  it('keeps a late copy of a resolved hold out by the watermark, which only rises', async () => {
    const { gates, leaf } = await fresh(10n);
    await gates.hold(leaf, hold('a', 1n, { admittedAtMs: 900 }), {}, FREE);
    await gates.hold(leaf, hold('b', 1n), {}, FREE);
    expect(await gates.claim(leaf, hold('b', 1n), 1000)).toBe('changed');
    expect(await gates.claim(leaf, hold('a', 1n, { admittedAtMs: 900 }), 900)).toBe('changed');
    expect(await gates.claim(leaf, hold('gone', 1n), 2000)).toBe('refused');
    expect((await gates.read(leaf)).watermarkMs).toBe(1000);
    await gates.settle(leaf, hold('b', 1n), 1n);
    expect((await gates.hold(leaf, hold('b', 1n), {}, FREE)).kind).toBe('refused');
    expect((await gates.hold(leaf, hold('c', 1n, { admittedAtMs: 1001 }), {}, FREE)).kind).toBe('changed');
  });

  it('moves money down by counters, once however often it is sent', async () => {
    const { gates, leaf } = await fresh(0n);
    const team = `team:of-${leaf}`;
    await gates.take(team, { day: DAY, seenPico: 0n, grantedPico: 30n });
    const transfer = { child: leaf, day: DAY, seenPico: 0n, addPico: 20n, spendsAllowance: true };
    expect(await gates.grant(team, transfer, { dayPico: 0n })).toBe('changed');
    expect(await gates.grant(team, transfer, { dayPico: 30n })).toBe('refused');
    expect(await gates.grant(team, { ...transfer, seenPico: 20n }, { dayPico: 30n })).toBe('refused');
    expect(await gates.take(leaf, { day: DAY, seenPico: 0n, grantedPico: 20n })).toBe('changed');
    expect(await gates.take(leaf, { day: DAY, seenPico: 0n, grantedPico: 20n })).toBe('refused');
    const [parent, child] = [await gates.read(team), await gates.read(leaf)];
    expect([parent.granted[transferKey(leaf, DAY)], parent.committedByDay[DAY], parent.allowance[DAY], child.allowance[DAY]]).toEqual([
      20n,
      20n,
      10n,
      20n,
    ]);
  });

  it('moves money back up, once, and not into a day that was forgotten', async () => {
    const { gates, leaf } = await fresh(0n);
    const team = `team:of-${leaf}`;
    await gates.take(team, { day: DAY, seenPico: 0n, grantedPico: 30n });
    await gates.grant(team, { child: leaf, day: DAY, seenPico: 0n, addPico: 20n, spendsAllowance: true }, {});
    await gates.take(leaf, { day: DAY, seenPico: 0n, grantedPico: 20n });
    expect(await gates.giveBack(leaf, { day: DAY, seenPico: 0n, addPico: 21n })).toBe('refused');
    expect(await gates.giveBack(leaf, { day: DAY, seenPico: 0n, addPico: 5n })).toBe('changed');
    const back = { child: leaf, day: DAY, seenPico: 0n, returnedPico: 5n, intoAllowance: true };
    expect(await gates.accept(team, back)).toBe('changed');
    expect(await gates.accept(team, back)).toBe('refused');
    const parent = await gates.read(team);
    expect([parent.committedByDay[DAY], parent.committedByMonth[MONTH], parent.allowance[DAY]]).toEqual([15n, 15n, 15n]);
    await gates.forgetDay(team, DAY, { kind: 'granted', children: [leaf], hours: [] });
    await gates.forgetDay(team, DAY, { kind: 'rest', children: [leaf], hours: [] });
    expect(await gates.accept(team, back)).toBe('refused');
    expect(await gates.read(team)).toMatchObject({
      committedByDay: {},
      allowance: {},
      granted: {},
      acceptedBack: {},
      committedByMonth: { [MONTH]: 15n },
    });
  });

  it('lets one probe through in place of the open breaker that it saw', async () => {
    const { gates, leaf } = await fresh(10n);
    await gates.setBreaker(leaf, { trips: 0 }, { openUntilMs: 500, trips: 1, reason: 'loop_detected' });
    expect((await gates.hold(leaf, hold('a', 1n), {}, FREE)).kind).toBe('refused');
    const lease = { seenOpenUntilMs: 500, untilMs: 2000 };
    expect((await gates.probe(leaf, hold('a', 1n), {}, lease)).kind).toBe('changed');
    expect((await gates.probe(leaf, hold('b', 1n), {}, lease)).kind).toBe('refused');
    expect((await gates.read(leaf)).breaker).toEqual({ openUntilMs: 2000, probeId: 'a#1', trips: 1, reason: 'loop_detected' });
  });

  it('lets one of two writers replace the breaker', async () => {
    const { gates, leaf } = await fresh(0n);
    const open = { openUntilMs: 500, trips: 1 };
    const writes = await Promise.all([
      gates.setBreaker(leaf, { trips: 0 }, open),
      gates.setBreaker(leaf, { trips: 0 }, { ...open, openUntilMs: 600 }),
    ]);
    expect(writes.toSorted()).toEqual(['changed', 'refused']);
    expect(await gates.setBreaker(leaf, (await gates.read(leaf)).breaker, { trips: 0 })).toBe('changed');
    expect((await gates.read(leaf)).breaker).toEqual({ trips: 0 });
  });

  it('seals a chunk at the sum of its jobs and settles it once', async () => {
    const { gates, leaf } = await fresh(100n);
    expect(await gates.openChunk(leaf, chunk(101n), {})).toBe('refused');
    expect(await gates.openChunk(leaf, chunk(40n), { dayPico: -1n })).toBe('refused');
    expect(await gates.openChunk(leaf, chunk(40n), {})).toBe('changed');
    expect(await gates.sealChunk(leaf, chunk(40n), 30n, 9000)).toBe('changed');
    expect(await gates.sealChunk(leaf, chunk(40n), 30n, 9000)).toBe('refused');
    expect(await gates.settleChunk(leaf, chunk(40n), 0n)).toBe('refused');
    const sealed: ChunkHold = { ...chunk(30n), deadlineMs: 9000, phase: 'sealed' };
    expect((await gates.read(leaf)).chunks).toEqual([sealed]);
    expect(await gates.settleChunk(leaf, sealed, 12n)).toBe('changed');
    expect(await gates.settleChunk(leaf, sealed, 12n)).toBe('refused');
    const gate = await gates.read(leaf);
    expect([gate.committedByDay[DAY], gate.allowance[DAY], gate.chunks]).toEqual([12n, 88n, []]);
  });
});
