import { expect } from 'vitest';
import { BIG, DAY, FREE, type GateCase, HOUR, hold, MONTH } from './gate-case.ts';

/** Money of calls: held, given back, resolved, settled. */
export const HOLDS: readonly GateCase[] = [
  [
    'holds under caps and allowance, and answers the gate as it is then',
    async (fresh) => {
      const { gates, leaf } = await fresh(BIG);
      const write = await gates.hold(leaf, hold('a', 7n, { run: 'run:1' }), { dayPico: 3n, monthPico: BIG }, FREE);
      expect(write).toMatchObject({ kind: 'changed', gate: { committedByDay: { [DAY]: 7n }, committedByMonth: { [MONTH]: 7n } } });
      const gate = await gates.read(leaf);
      expect(gate.allowance[DAY]).toBe(BIG - 7n);
      expect(gate.holds).toEqual([hold('a', 7n, { run: 'run:1' })]);
    },
  ],
  [
    'refuses a hold over the day, the month, the hour or the allowance, and changes nothing',
    async (fresh) => {
      const { gates, leaf } = await fresh(10n);
      await gates.hold(leaf, hold('a', 6n, { hour: HOUR }), {}, FREE);
      const before = await gates.read(leaf);
      expect(await gates.hold(leaf, hold('b', 1n), { dayPico: 5n }, FREE)).toEqual({ kind: 'refused' });
      expect(await gates.hold(leaf, hold('b', 1n), { monthPico: 5n }, FREE)).toEqual({ kind: 'refused' });
      expect(await gates.hold(leaf, hold('b', 1n, { hour: HOUR }), { hourPico: 5n }, FREE)).toEqual({ kind: 'refused' });
      expect(await gates.hold(leaf, hold('b', 5n), {}, FREE)).toEqual({ kind: 'refused' });
      expect(await gates.read(leaf)).toEqual(before);
    },
  ],
  [
    'refuses an amount larger than its cap although nothing is committed yet',
    async (fresh) => {
      const { gates, leaf } = await fresh(100n);
      expect(await gates.hold(leaf, hold('a', 51n), { dayPico: -1n }, FREE)).toEqual({ kind: 'refused' });
      expect(await gates.grant(leaf, { child: 'c', day: DAY, seenPico: 0n, addPico: 51n, spendsAllowance: false }, { dayPico: -1n })).toBe(
        'refused',
      );
    },
  ],
  [
    'counts a repeated hold once',
    async (fresh) => {
      const { gates, leaf } = await fresh(100n);
      await gates.hold(leaf, hold('a', 5n), {}, FREE);
      expect((await gates.hold(leaf, hold('a', 5n), {}, FREE)).kind).toBe('refused');
      expect((await gates.read(leaf)).committedByDay[DAY]).toBe(5n);
    },
  ],
  [
    'lets the allowance go below zero only where debt is allowed',
    async (fresh) => {
      const { gates, leaf } = await fresh(0n);
      expect((await gates.hold(leaf, hold('a', 5n), {}, FREE)).kind).toBe('refused');
      expect((await gates.hold(leaf, hold('a', 5n), {}, { debtAllowed: true })).kind).toBe('changed');
      expect((await gates.read(leaf)).allowance[DAY]).toBe(-5n);
    },
  ],
  [
    'settles once, giving back what the call did not cost',
    async (fresh) => {
      const { gates, leaf } = await fresh(10n);
      const own = hold('a', 10n, { hour: HOUR });
      await gates.hold(leaf, own, {}, FREE);
      expect(await gates.settle(leaf, own, 3n)).toBe('changed');
      expect(await gates.settle(leaf, own, 3n)).toBe('refused');
      const gate = await gates.read(leaf);
      expect([gate.committedByDay[DAY], gate.committedByMonth[MONTH], gate.committedByHour[HOUR], gate.allowance[DAY]]).toEqual([
        3n,
        3n,
        3n,
        7n,
      ]);
      expect(gate.holds).toEqual([]);
    },
  ],
  [
    'unholds only a hold that nobody has claimed',
    async (fresh) => {
      const { gates, leaf } = await fresh(10n);
      await gates.hold(leaf, hold('a', 4n), {}, FREE);
      await gates.hold(leaf, hold('b', 4n), {}, FREE);
      await gates.claim(leaf, hold('b', 4n), 1000);
      expect(await gates.unhold(leaf, hold('a', 4n))).toBe('changed');
      expect(await gates.unhold(leaf, hold('b', 4n))).toBe('refused');
      expect((await gates.read(leaf)).committedByDay[DAY]).toBe(4n);
    },
  ],
  [
    'keeps a late copy of a resolved hold out by the watermark, which only rises',
    async (fresh) => {
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
    },
  ],
  [
    'holds what fits to the pico-dollar',
    async (fresh) => {
      const { gates, leaf } = await fresh(10n);
      const exact = { dayPico: 6n, monthPico: 6n, hourPico: 6n };
      expect((await gates.hold(leaf, hold('a', 6n, { hour: HOUR }), { dayPico: 0n, monthPico: 0n, hourPico: 0n }, FREE)).kind).toBe(
        'changed',
      );
      expect((await gates.hold(leaf, hold('b', 4n, { hour: HOUR }), exact, FREE)).kind).toBe('changed');
      expect((await gates.read(leaf)).allowance[DAY]).toBe(0n);
    },
  ],
];
