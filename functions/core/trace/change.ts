import type { PicoUsd } from '../money.ts';
import type { Rollup } from '../rollup.ts';
import type { BadHour } from './bad-hours.ts';
import { type DaySlots, sameTimes } from './day-slots.ts';
import { addTotals, costPico, meteredPico, NO_TOTALS, type Totals, totalsOf } from './totals.ts';
import { sameKind } from './usual-course.ts';

/** What can make the same hours cost more. Together they are the whole difference, to the pico-dollar; some may be negative. */
export const CAUSES = ['moreCalls', 'longerPrompts', 'longerOutputs', 'dearerTokens', 'unknownUsage'] as const;
export type Cause = (typeof CAUSES)[number];

/** What the bad hours are compared with: ordinary days, the dearest fifth left out. */
export type Before = {
  readonly days: number;
  /** The same hours of those days, added up; at `anyHour`, the whole days, since nobody called in those hours. */
  readonly totals: Totals;
  readonly anyHour: boolean;
  readonly causes: Readonly<Record<Cause, PicoUsd>>;
};

/** `before` is absent where the template was not called on any of the days before. */
export type Change = { readonly after: Totals; readonly before?: Before };

/** Why the bad hours cost more than the same hours of the days before. `rollups` are the template's. */
export function changeIn(
  rollups: readonly Rollup[],
  hours: readonly BadHour[],
  window: readonly DaySlots[],
  references: readonly DaySlots[],
): Change {
  const find = finder(rollups);
  const after = totalsOf(hours.flatMap(({ day, hour }) => find(day, hour)));
  const last = window.find(({ day }) => day === hours.at(-1)?.day);
  const compared = last === undefined ? references : sameKind(last, references);
  const sumOf = (hoursOf: (other: DaySlots) => readonly string[]) =>
    ordinary(compared.map((other) => totalsOf(hoursOf(other).flatMap((hour) => find(other.day, hour))))).reduce(addTotals, NO_TOTALS);
  const days = compared.length - Math.floor(compared.length / 5);
  const same = sumOf((other) => sameHours(hours, window, other));
  if (same.calls > 0) return { after, before: { days, totals: same, anyHour: false, causes: causesOf(after, same, same, days) } };
  const whole = sumOf((other) => other.hours);
  if (whole.calls === 0) return { after };
  return { after, before: { days, totals: whole, anyHour: true, causes: causesOf(after, same, whole, days) } };
}

const finder = (rollups: readonly Rollup[]) => {
  const byHour = Map.groupBy(rollups, ({ day, hour }) => `${day} ${hour}`);
  return (day: string, hour: string): readonly Rollup[] => byHour.get(`${day} ${hour}`) ?? [];
};

/** The hours of `other` at the local times of the bad ones, each once for each bad hour. */
function sameHours(hours: readonly BadHour[], window: readonly DaySlots[], other: DaySlots): string[] {
  return window.flatMap((day) => {
    const times = sameTimes(day, other);
    const slots = hours.filter((bad) => bad.day === day.day).map(({ hour }) => times[day.hours.indexOf(hour)] ?? 0);
    return slots.flatMap((slot) => other.hours[slot] ?? []);
  });
}

const ordinary = (days: readonly Totals[]): Totals[] =>
  days.toSorted((a, b) => (costPico(a) < costPico(b) ? -1 : 1)).slice(0, days.length - Math.floor(days.length / 5));

/** Volume first, then length, then price: from what the `expected` calls (of `days` days) would have cost, step by step to what was spent. */
function causesOf(after: Totals, expected: Totals, before: Totals, days: number): Record<Cause, PicoUsd> {
  const [k, calls, usualCalls] = [BigInt(days), BigInt(after.calls), BigInt(before.calls)];
  const expectedPico = (BigInt(expected.calls) * meteredPico(before)) / (usualCalls * k);
  const moreCalls = (calls * meteredPico(before)) / usualCalls - expectedPico;
  const longer = (tokens: number, usualTokens: number, usualPico: PicoUsd): PicoUsd =>
    usualTokens === 0 ? 0n : ((BigInt(tokens) * usualCalls - BigInt(usualTokens) * calls) * usualPico) / (usualCalls * BigInt(usualTokens));
  const longerPrompts = longer(after.promptTokens, before.promptTokens, before.promptPico);
  const longerOutputs = longer(after.outputTokens, before.outputTokens, before.outputPico);
  return {
    moreCalls,
    longerPrompts,
    longerOutputs,
    dearerTokens: meteredPico(after) - expectedPico - moreCalls - longerPrompts - longerOutputs,
    unknownUsage: after.unmeteredPico - expected.unmeteredPico / k,
  };
}
