import type { PicoUsd } from '../money.ts';
import { costsOf, type TemplateCosts } from './cost-series.ts';
import { type DaySlots, isWeekend, sameTimes } from './day-slots.ts';

/** With fewer days of the same kind (workday or weekend) to compare with, all days count. */
const ENOUGH_OF_A_KIND = 3;

/** The days before that a day is compared with: those of its own kind, if there are enough. */
export function sameKind(day: DaySlots, references: readonly DaySlots[]): readonly DaySlots[] {
  const same = references.filter((other) => isWeekend(other) === isWeekend(day));
  return same.length >= ENOUGH_OF_A_KIND ? same : references;
}

/** What a template usually costs in each slot of a day: the median of the same local time on the days it is compared with. */
export function usualCourse(template: TemplateCosts, day: DaySlots, references: readonly DaySlots[]): PicoUsd[] {
  const courses = sameKind(day, references).map((other) => {
    const costs = costsOf(template, other);
    return sameTimes(day, other).map((slot) => costs[slot] ?? 0n);
  });
  return day.hours.map((_, slot) => median(courses.map((course) => course[slot] ?? 0n)));
}

/** The upper one of two in the middle; zero of none. */
export function median(amounts: readonly PicoUsd[]): PicoUsd {
  return amounts.toSorted(ascending)[Math.floor(amounts.length / 2)] ?? 0n;
}

/** The bound of the ordinary: of eight amounts or more the second largest, so that one bad day does not move it, else the largest. */
export const upperBound = (amounts: readonly PicoUsd[]): PicoUsd => amounts.toSorted(ascending).at(amounts.length >= 8 ? -2 : -1) ?? 0n;

const ascending = (a: PicoUsd, b: PicoUsd): number => (a < b ? -1 : a > b ? 1 : 0);
