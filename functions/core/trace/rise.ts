import { addDays } from '../calendar.ts';
import { maxPico, minPico, type PicoUsd, sumPico } from '../money.ts';
import { costsOf, dayCost, type TemplateCosts } from './cost-series.ts';
import type { DaySlots } from './day-slots.ts';
import { largestSurge, type Surge } from './surge.ts';
import { upperBound, usualCourse } from './usual-course.ts';

/** A rise is unusual from this many times what the days before rose by themselves: with the floor, a false alarm in one of 50 noisy weeks. */
export const UNUSUAL_TIMES = 6n;
/** And its hours must be half again as dear as usual; three times, where fewer than five days say what is usual. */
const HALF_AGAIN = 2n;
const FEW_DAYS = 5;
const FEW_DAYS_EXCESS = 2n;

/** How far a template ran above its usual course on one day. */
export type Rise = {
  readonly costs: TemplateCosts;
  readonly day: DaySlots;
  readonly surge: Surge;
  /** What the days before rose by themselves. */
  readonly ordinaryPico: PicoUsd;
  /** The days before that it was compared with, oldest first. */
  readonly references: readonly DaySlots[];
  /** Nothing was spent on any of them. */
  readonly isNew: boolean;
  readonly unusual: boolean;
};

/** The rise of a template on a day, of which `begun` slots have begun; undefined below the floor. Without days before, everything is a rise. */
export function riseOn(
  costs: TemplateCosts,
  day: DaySlots,
  references: readonly DaySlots[],
  { begun, floorPico }: { readonly begun: number; readonly floorPico: PicoUsd },
): Rise | undefined {
  if (dayCost(costs, day) < floorPico) return undefined;
  const spent = costsOf(costs, day).slice(0, begun);
  const usual = usualCourse(costs, day, references);
  const surge = largestSurge(spent, usual);
  if (surge === undefined || surge.excessPico < floorPico) return undefined;
  const ordinaryPico = ordinaryRise(costs, day, references, begun);
  const usualPico = sumPico(usual.slice(surge.from, surge.to + 1));
  const dearerPico = references.length < FEW_DAYS ? usualPico * FEW_DAYS_EXCESS : usualPico / HALF_AGAIN;
  const isNew = references.every((other) => costsOf(costs, other).every((cost) => cost === 0n));
  return {
    costs,
    day,
    surge,
    ordinaryPico,
    references,
    isNew,
    unusual: surge.excessPico >= maxPico(ordinaryPico * UNUSUAL_TIMES, dearerPico),
  };
}

/**
 * What the days before rose above the same usual course: the bound of them, or, for what comes once a week, what the same weekday rose, above the
 * other weekdays, in both weeks before.
 */
function ordinaryRise(costs: TemplateCosts, day: DaySlots, references: readonly DaySlots[], begun: number): PicoUsd {
  const riseOf = (other: DaySlots, usualDays: readonly DaySlots[]): PicoUsd =>
    largestSurge(costsOf(costs, other).slice(0, begun), usualCourse(costs, other, usualDays))?.excessPico ?? 0n;
  const weekBefore = references.find((other) => other.day === addDays(day.day, -7));
  const twoWeeksBefore = references.find((other) => other.day === addDays(day.day, -14));
  const bound = upperBound(references.map((other) => riseOf(other, references)));
  if (weekBefore === undefined || twoWeeksBefore === undefined) return bound;
  const otherWeekdays = references.filter((other) => other !== weekBefore && other !== twoWeeksBefore);
  return maxPico(bound, minPico(riseOf(weekBefore, otherWeekdays), riseOf(twoWeeksBefore, otherWeekdays)));
}
