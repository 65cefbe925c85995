import { maxPico, minPico, type PicoUsd } from '../money.ts';
import { costsOf } from './cost-series.ts';
import { type DaySlots, sameTimes } from './day-slots.ts';
import type { Rise } from './rise.ts';
import { sameKind, upperBound, usualCourse } from './usual-course.ts';

/** One UTC hour of a local day in which the culprit cost clearly more than usual. */
export type BadHour = { readonly hour: string; readonly day: string; readonly costPico: PicoUsd; readonly usualPico: PicoUsd };

/** An hour is bad from three times its own ordinary deviation on, or half the surge's average excess if that is less. */
const DEVIATION_TIMES = 3n;
const PART_OF_AVERAGE = 2n;
/** And from a twentieth of the surge's highest excess on: what is less did not make the spike. */
const PART_OF_PEAK = 20n;

/**
 * The bad hours of a rise, oldest first. A surge that was there when its day began or ended is followed into the days around it, hour by hour,
 * for as long as they are bad. Never empty: the surge's dearest hour is bad.
 */
export function badHours(rise: Rise, window: readonly DaySlots[]): BadHour[] {
  const { surge, day } = rise;
  const ofDay = judgedHours(rise, day);
  const ofSurge = ofDay.slice(surge.from, surge.to + 1);
  const average = surge.excessPico / BigInt(ofSurge.length);
  const peak = maxPico(1n, ...ofSurge.map(excessOf));
  const isBad = (hour: Judged | undefined): boolean =>
    hour !== undefined && excessOf(hour) >= maxPico(1n, peak / PART_OF_PEAK, minPico(hour.ordinaryPico, average / PART_OF_AVERAGE));
  const around = (days: readonly DaySlots[], step: 1 | -1) => followed(days, (other) => judgedHours(rise, other), isBad, step);
  const before = surge.from === 0 && isBad(ofDay[0]) ? around(window.filter((other) => other.day < day.day).toReversed(), -1) : [];
  const endless = surge.to === ofDay.length - 1 && isBad(ofDay[surge.to]);
  const after = endless
    ? around(
        window.filter((other) => other.day > day.day),
        1,
      )
    : [];
  return [...before.toReversed(), ...ofSurge.filter(isBad), ...after].map(({ ordinaryPico: _, ...hour }) => hour);
}

/** With three times its ordinary deviation. */
type Judged = BadHour & { readonly ordinaryPico: PicoUsd };

const excessOf = ({ costPico, usualPico }: BadHour): PicoUsd => costPico - usualPico;

/** Bad hours in a row from the nearest on, day after day in the order given; `step` -1 goes backwards through each. */
function followed(
  days: readonly DaySlots[],
  judge: (day: DaySlots) => readonly Judged[],
  isBad: (hour: Judged) => boolean,
  step: 1 | -1,
): Judged[] {
  const bad: Judged[] = [];
  for (const day of days) {
    for (const hour of judge(day).toSorted((a, b) => (a.hour < b.hour ? -step : step))) {
      if (!isBad(hour)) return bad;
      bad.push(hour);
    }
  }
  return bad;
}

function judgedHours({ costs, references }: Rise, day: DaySlots): Judged[] {
  const usual = usualCourse(costs, day, references);
  const spent = costsOf(costs, day);
  const deviations = sameKind(day, references).map((other) => {
    const theirs = costsOf(costs, other);
    return sameTimes(day, other).map((slot, at) => (theirs[slot] ?? 0n) - (usual[at] ?? 0n));
  });
  return day.hours.map((hour, slot) => {
    const ordinaryPico = DEVIATION_TIMES * upperBound(deviations.map((course) => course[slot] ?? 0n));
    return { hour, day: day.day, costPico: spent[slot] ?? 0n, usualPico: usual[slot] ?? 0n, ordinaryPico };
  });
}
