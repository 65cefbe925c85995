import { addDays } from '../calendar.ts';
import { maxPico, PICO_PER_USD, type PicoUsd } from '../money.ts';
import { daysBetween } from '../report-period.ts';
import type { CostSeries } from './cost-series.ts';
import { begunSlots, type DaySlots, daySlots } from './day-slots.ts';
import { type Rise, riseOn } from './rise.ts';
import { median } from './usual-course.ts';

/** Days among which the worst is looked for when none is named. */
export const JUDGED_DAYS = 7;
/** Days before a day that say what is usual: two weeks, so that each weekday is in them twice. */
export const REFERENCE_DAYS = 14;

const FLOOR_PICO = PICO_PER_USD;
/** A rise of less than 5 % of an ordinary day of everything looked at does not explain why the bill jumped. */
const POOL_SHARE = 20n;

/** The days that finding a spike takes, oldest first: those judged and those before them. */
export function traceWindow(lastDay: string, timezone: string): DaySlots[] {
  return daysBetween(addDays(lastDay, 1 - JUDGED_DAYS - REFERENCE_DAYS), lastDay).map((day) => daySlots(day, timezone));
}

/** What was looked for and found: unusual rises of one day, the largest first, or, without any, the largest rise there was. */
export type Finding =
  | { readonly kind: 'spike'; readonly culprit: Rise; readonly others: readonly Rise[] }
  | { readonly kind: 'nothing'; readonly largest?: Rise; readonly floorPico: PicoUsd };

/** Looks at `day`, or, without one, at all the last days of the window. */
export function findSpike(
  series: CostSeries,
  window: readonly DaySlots[],
  { day, nowMs }: { readonly day?: string | undefined; readonly nowMs: number },
): Finding {
  const floorPico = floorOf(series, window);
  const judged = day === undefined ? window.slice(-JUDGED_DAYS) : window.filter((each) => each.day === day);
  const rises = judged.flatMap((each) => {
    const references = referencesOf(series, window, each);
    const bounds = { begun: begunSlots(each, nowMs), floorPico };
    return series.templates().flatMap((costs) => riseOn(costs, each, references, bounds) ?? []);
  });
  const largestFirst = rises.toSorted((a, b) => (a.surge.excessPico < b.surge.excessPico ? 1 : -1));
  const culprit = largestFirst.find(({ unusual }) => unusual);
  const [largest] = largestFirst;
  if (culprit === undefined) return largest === undefined ? { kind: 'nothing', floorPico } : { kind: 'nothing', largest, floorPico };
  const others = largestFirst.filter((rise) => rise.unusual && rise !== culprit && rise.day.day === culprit.day.day);
  return { kind: 'spike', culprit, others };
}

function floorOf(series: CostSeries, window: readonly DaySlots[]): PicoUsd {
  const first = series.firstDay();
  const days = window.filter(({ day }) => first !== undefined && day >= first);
  return maxPico(FLOOR_PICO, median(days.map(({ day }) => series.dayTotal(day))) / POOL_SHARE);
}

function referencesOf(series: CostSeries, window: readonly DaySlots[], { day }: DaySlots): readonly DaySlots[] {
  const first = series.firstDay() ?? day;
  return window.filter((each) => each.day < day && each.day >= first).slice(-REFERENCE_DAYS);
}
