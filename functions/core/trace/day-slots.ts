import { localDayStartMs, utcHourStartMs } from '../calendar.ts';
import { hoursOfDay } from '../day-audit.ts';
import { localTime } from '../local-time.ts';

/** A local day as the UTC hours that entries of it are in, and the local minute at which each begins there. 23 to 26 of them. */
export type DaySlots = { readonly day: string; readonly hours: readonly string[]; readonly minutes: readonly number[] };

export function daySlots(day: string, timezone: string): DaySlots {
  const startMs = localDayStartMs(day, timezone);
  const hours = hoursOfDay(day, timezone);
  // Where a zone is off by half an hour, the day's first UTC hour began the day before.
  return { day, hours, minutes: hours.map((hour) => minuteOfDay(Math.max(startMs, utcHourStartMs(hour)), timezone)) };
}

function minuteOfDay(atMs: number, timezone: string): number {
  const [hours = '', minutes = ''] = localTime(atMs, timezone).split(':');
  return Number(hours) * 60 + Number(minutes);
}

/** For each slot of `day` the slot of `other` that its local time is in: people keep to the clock on the wall, whatever daylight saving does. */
export const sameTimes = (day: DaySlots, other: DaySlots): number[] =>
  day.minutes.map((minute) =>
    Math.max(
      0,
      other.minutes.findLastIndex((begin) => begin <= minute),
    ),
  );

/** How many slots of the day have begun. */
export const begunSlots = (day: DaySlots, nowMs: number): number => day.hours.filter((hour) => utcHourStartMs(hour) <= nowMs).length;

export const isWeekend = ({ day }: Pick<DaySlots, 'day'>): boolean => [0, 6].includes(new Date(`${day}T00:00:00.000Z`).getUTCDay());
