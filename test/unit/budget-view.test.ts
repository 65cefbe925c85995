import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { budgetRows } from '../../functions/core/budget-view.ts';
import { emptyGate, type Gate, type Hold } from '../../functions/core/gate.ts';
import { pathOf } from '../../functions/core/gate-tree.ts';
import { sumPico } from '../../functions/core/money.ts';
import type { Override } from '../../functions/core/override/override.ts';
import { featureSettings, settings as testSettings } from '../support/settings.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const [DAY, HOUR, MONTH] = ['2026-11-22', '2026-11-22T12', '2026-11'];
const CAPS = { hourlyPico: 10n, dailyPico: 50n, monthlyPico: 400n };
const settings = testSettings({
  caps: { dailyPico: 1000n, monthlyPico: 20_000n },
  teams: { finance: { name: 'finance', caps: { monthlyPico: 4000n } } },
  features: { a: featureSettings('a', { caps: CAPS, shards: 2 }), b: featureSettings('b', { caps: {} }) },
});
const SCOPES = ['org', 'team:finance', 'feature:a', 'feature:b', 'feature:a/0', 'feature:a/1'];

const pico = fc.bigInt({ min: 0n, max: 10n ** 16n });
const hold = fc.record({
  amountPico: pico,
  day: fc.constantFrom(DAY, '2026-11-21', '2026-10-31'),
  hour: fc.constantFrom(HOUR, '2026-11-22T11'),
});
const gateOf = (scope: string) =>
  fc.record({ day: pico, month: pico, hour: pico, allowance: pico, holds: fc.array(hold, { maxLength: 3 }) }).map(
    (given): Gate => ({
      ...emptyGate(scope),
      committedByDay: { [DAY]: given.day },
      committedByMonth: { [MONTH]: given.month },
      committedByHour: { [HOUR]: given.hour },
      allowance: { [DAY]: given.allowance, '2026-10-31': 7n },
      holds: given.holds.map(
        (one, at): Hold => ({
          ...{ id: `${at}`, admittedAtMs: NOW, deadlineMs: NOW, template: 't', model: 'm', claimed: false },
          ...one,
        }),
      ),
    }),
  );
const tree = fc.tuple(...SCOPES.map(gateOf)).map((gates) => new Map(gates.map((gate) => [gate.scope, gate])));
const raise: Override = { kind: 'raise', id: '1', scope: 'feature:a', reason: '', by: '', atMs: NOW, byPico: 3n, untilMs: NOW + 1 };

describe('a budget as it stands', () => {
  it('is what the gates say: cap less committed is left, and what its leaves hold is held', () => {
    fc.assert(
      fc.property(tree, (gates) => {
        for (const scope of SCOPES.slice(0, 4)) {
          const rows = budgetRows(scope, { gates, settings, overrides: [raise], nowMs: NOW, day: DAY, hour: HOUR });
          const gate = gates.get(scope);
          expect(rows.find(({ period }) => period === 'daily')?.committedPico).toBe(gate?.committedByDay[DAY]);
          expect(rows.find(({ period }) => period === 'monthly')?.committedPico).toBe(gate?.committedByMonth[MONTH]);
          for (const { capPico, committedPico, leftPico, allowancePico, period, heldPico } of rows) {
            expect(leftPico).toBe(capPico === undefined ? undefined : capPico - committedPico);
            expect(allowancePico).toBe(scope === 'org' ? undefined : gate?.allowance[DAY]);
            const below = [...gates.values()].filter((leaf) => pathOf(leaf.scope, settings).includes(scope)).flatMap(({ holds }) => holds);
            const isOf = {
              hourly: (one: Hold) => one.hour === HOUR,
              daily: (one: Hold) => one.day === DAY,
              monthly: (one: Hold) => one.day >= MONTH,
            };
            expect(heldPico).toBe(sumPico(below.filter(isOf[period]).map(({ amountPico }) => amountPico)));
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('has the raise in every cap of its scope, and none where there is no cap', () => {
    const rows = (scope: string) =>
      budgetRows(scope, {
        gates: new Map(),
        settings,
        overrides: [raise, { ...raise, scope: 'feature:b' }],
        nowMs: NOW,
        day: DAY,
        hour: HOUR,
      });
    expect(rows('feature:a').map(({ period, capPico, raisedPico }) => [period, capPico, raisedPico])).toEqual([
      ['hourly', 13n, 3n],
      ['daily', 53n, 3n],
      ['monthly', 403n, 3n],
    ]);
    expect(rows('feature:b').map(({ period, capPico, raisedPico }) => [period, capPico, raisedPico])).toEqual([
      ['daily', undefined, 0n],
      ['monthly', undefined, 0n],
    ]);
  });

  it('of an hour sums the shards of a split feature', () => {
    const shard = (scope: string, pico_: bigint): [string, Gate] => [scope, { ...emptyGate(scope), committedByHour: { [HOUR]: pico_ } }];
    const gates = new Map([shard('feature:a/0', 2n), shard('feature:a/1', 3n)]);
    const [hourly] = budgetRows('feature:a', { gates, settings, overrides: [], nowMs: NOW, day: DAY, hour: HOUR });
    expect(hourly).toMatchObject({ period: 'hourly', of: HOUR, committedPico: 5n, leftPico: 5n });
  });
});
