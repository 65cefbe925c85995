import { expect } from 'vitest';
import { transferKey } from '../../../functions/core/gate.ts';
import type { Room } from '../../../functions/ports/gate-store.ts';
import { DAY, type GateCase, MONTH } from './gate-case.ts';

/** Money between a parent and its child. */
export const TRANSFERS: readonly GateCase[] = [
  [
    'moves money down by counters, once however often it is sent',
    async (fresh) => {
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
    },
  ],
  [
    'moves money back up, once, and not into a day that was forgotten',
    async (fresh) => {
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
    },
  ],
  [
    'grants to the pico-dollar what its own caps and allowance leave',
    async (fresh) => {
      const { gates, leaf } = await fresh(30n);
      const grant = (child: string, addPico: bigint, room: Room) =>
        gates.grant(leaf, { child, day: DAY, seenPico: 0n, addPico, spendsAllowance: true }, room);
      expect(await grant('a', 10n, { dayPico: 0n, monthPico: 0n })).toBe('changed');
      expect(await grant('b', 1n, { dayPico: 9n })).toBe('refused');
      expect(await grant('b', 1n, { monthPico: 9n })).toBe('refused');
      expect(await grant('b', 21n, {})).toBe('refused');
      expect(await grant('b', 20n, { dayPico: 10n, monthPico: 10n })).toBe('changed');
    },
  ],
  [
    'moves each amount once, from what was seen: the second as the first',
    async (fresh) => {
      const { gates, leaf } = await fresh(0n);
      const team = `team:of-${leaf}`;
      await gates.take(team, { day: DAY, seenPico: 0n, grantedPico: 100n });
      const of = { child: leaf, day: DAY };
      for (const [down, up] of [[0n, 0n] as const, [10n, 5n] as const]) {
        // What it moves is there twice: only the counter stands in the way of the repeat.
        const moves = [
          () => gates.grant(team, { ...of, seenPico: down, addPico: 10n, spendsAllowance: true }, {}),
          () => gates.take(leaf, { day: DAY, seenPico: down, grantedPico: down + 10n }),
          () => gates.giveBack(leaf, { day: DAY, seenPico: up, addPico: 5n }),
          () => gates.accept(team, { ...of, seenPico: up, returnedPico: up + 5n, intoAllowance: true }),
        ];
        for (const move of moves) expect([await move(), await move()]).toEqual(['changed', 'refused']);
      }
      const [parent, child] = [await gates.read(team), await gates.read(leaf)];
      expect([parent.committedByDay[DAY], parent.allowance[DAY], child.allowance[DAY]]).toEqual([10n, 90n, 10n]);
      expect(await gates.giveBack(leaf, { day: DAY, seenPico: 10n, addPico: 10n })).toBe('changed');
    },
  ],
];
