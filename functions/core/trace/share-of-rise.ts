import { sumPico } from '../money.ts';
import type { BadHour } from './bad-hours.ts';
import { type CostSeries, costsOf } from './cost-series.ts';
import type { DaySlots } from './day-slots.ts';
import { usualCourse } from './usual-course.ts';

/** Which part of everything's rise in the bad hours is the culprit's, 0..1: 1 where the rest together did not rise. */
export function shareOfRise(
  series: CostSeries,
  hours: readonly BadHour[],
  window: readonly DaySlots[],
  references: readonly DaySlots[],
): number {
  const own = sumPico(hours.map(({ costPico, usualPico }) => costPico - usualPico));
  const days = window.flatMap((day) => {
    const bad = new Set(hours.filter((hour) => hour.day === day.day).map(({ hour }) => hour));
    return bad.size === 0 ? [] : [{ day, bad }];
  });
  const all = series.templates().flatMap((costs) =>
    days.map(({ day, bad }) => {
      const usual = usualCourse(costs, day, references);
      return sumPico(costsOf(costs, day).map((cost, slot) => (bad.has(day.hours[slot] ?? '') ? cost - (usual[slot] ?? 0n) : 0n)));
    }),
  );
  const together = sumPico(all);
  return own >= together ? 1 : Number((own * 10_000n) / together) / 10_000;
}
