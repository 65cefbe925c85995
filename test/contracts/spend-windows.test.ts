import { afterAll, describe, expect, it } from 'vitest';
import { recentPico, windowOf } from '../../functions/core/runaway/spend-window.ts';
import type { GateStore } from '../../functions/ports/gate-store.ts';
import { startDynalite } from '../support/dynalite.ts';
import { memoryGates } from '../support/memory-gates.ts';
import { DAY, FREE, freshLeaves, hold } from './gate-store/gate-case.ts';

const dynalite = await startDynalite();
afterAll(() => dynalite.stop());
const { dynamodbGates } = await import('../../functions/adapters/dynamodb-gates.ts');
const inDynamodb = dynamodbGates({ CONTROL_TABLE: dynalite.controlTable });

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 10, 22, 12);
const implementations: [string, GateStore][] = [
  ['in memory', memoryGates()],
  ['in DynamoDB', inDynamodb],
];
const at = (id: string, amountPico: bigint, admittedAtMs: number) =>
  hold(id, amountPico, { admittedAtMs, deadlineMs: admittedAtMs + MINUTE });

describe.each(implementations)('what a leaf has committed of late %s', (_, gates) => {
  it('is what is held, then what it cost, of ten minutes by admission, these or the last', async () => {
    const { leaf } = await freshLeaves(gates)(1_000n);
    const first = at('a', 100n, NOON);
    await gates.hold(leaf, first, {}, FREE);
    await gates.hold(leaf, at('b', 40n, NOON + 10 * MINUTE), {}, FREE);
    const recent = async (atMs: number) => recentPico(await gates.read(leaf), atMs);
    expect([await recent(NOON), await recent(NOON + 10 * MINUTE), await recent(NOON + 20 * MINUTE)]).toEqual([100n, 100n, 40n]);
    await gates.settle(leaf, first, 7n);
    await gates.settle(leaf, first, 7n);
    expect([await recent(NOON), await recent(NOON + 10 * MINUTE)]).toEqual([7n, 40n]);
    await gates.unhold(leaf, at('b', 40n, NOON + 10 * MINUTE));
    expect(await recent(NOON + 10 * MINUTE)).toBe(7n);
  });

  it('counts debt of observe mode too, and no refused hold', async () => {
    const { leaf } = await freshLeaves(gates)(10n);
    await gates.hold(leaf, at('a', 100n, NOON), {}, FREE);
    await gates.hold(leaf, at('b', 50n, NOON), {}, { debtAllowed: true });
    const gate = await gates.read(leaf);
    expect([recentPico(gate, NOON), gate.committedByDay[DAY]]).toEqual([50n, 50n]);
  });
});

describe.each(implementations)('a template’s breaker %s', (_, gates) => {
  const trip = (atMs: number) => ({ untilMs: atMs + MINUTE, reason: 'runaway_spend', atMs });

  it('is opened by one of many, stops its calls until then, and those of no other template', async () => {
    const { leaf } = await freshLeaves(gates)(1_000n);
    const trips = await Promise.all(Array.from({ length: 5 }, () => gates.tripTemplate(leaf, 'extract', trip(NOON))));
    expect(trips.filter((write) => write === 'changed')).toHaveLength(1);
    expect((await gates.hold(leaf, at('a', 1n, NOON + MINUTE - 1), {}, FREE)).kind).toBe('refused');
    expect((await gates.hold(leaf, { ...at('b', 1n, NOON), template: 'dispute' }, {}, FREE)).kind).toBe('changed');
    expect((await gates.hold(leaf, at('c', 1n, NOON + MINUTE), {}, FREE)).kind).toBe('changed');
    expect(await gates.tripTemplate(leaf, 'extract', trip(NOON + MINUTE))).toBe('changed');
    expect(await gates.read(leaf)).toMatchObject({ tripped: { extract: 'runaway_spend' }, pauses: { extract: NOON + 2 * MINUTE } });
  });

  it('gives way to an operator’s pause, and opens over none', async () => {
    const { leaf } = await freshLeaves(gates)(1_000n);
    await gates.tripTemplate(leaf, 'extract', trip(NOON));
    await gates.setPause(leaf, 'extract', NOON + 5 * MINUTE);
    expect(await gates.read(leaf)).toMatchObject({ tripped: {}, pauses: { extract: NOON + 5 * MINUTE } });
    expect(await gates.tripTemplate(leaf, 'extract', trip(NOON + 2 * MINUTE))).toBe('refused');
    await gates.setPause(leaf, 'extract', undefined);
    expect(await gates.read(leaf)).toMatchObject({ tripped: {}, pauses: {} });
  });
});

it('keeps no more than a few windows in a gate, whoever comes how seldom', async () => {
  const { leaf } = await freshLeaves(inDynamodb)(1_000_000n);
  for (let call = 0; call < 40; call += 1) {
    const cold = dynamodbGates({ CONTROL_TABLE: dynalite.controlTable });
    const own = at(`c${call}`, 100n, NOON + call * 30 * MINUTE);
    await cold.hold(leaf, own, {}, FREE);
    await cold.settle(leaf, own, 1n);
    expect(Object.keys((await inDynamodb.read(leaf)).committedByWindow).length).toBeLessThanOrEqual(2);
  }
  const late = at('late', 100n, NOON);
  await inDynamodb.hold(leaf, late, {}, FREE);
  expect((await inDynamodb.read(leaf)).committedByWindow[windowOf(NOON)]).toBe(100n);
});
