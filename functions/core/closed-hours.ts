import { HOUR_MS, utcHour, utcHourStartMs } from './calendar.ts';
import type { Settings } from './settings.ts';

/** Added to a call's time-out it is a hold's deadline: before it nobody else may resolve the hold. And once more for clocks that differ. */
export const GRACE_MS = 60_000;

type Timing = Pick<Settings, 'timeoutSeconds'>;

/** When an hour may be rolled up: no call admitted in it can still be running, and its stale holds can be resolved. */
export const hourClosesAtMs = (hour: string, { timeoutSeconds }: Timing): number =>
  utcHourStartMs(hour) + HOUR_MS + timeoutSeconds * 1000 + 2 * GRACE_MS;

/** Whether an entry put now may come after the hour's rollup: then it needs a dirty mark. Early by a minute, for clocks that differ. */
export const mayBeClosed = (hour: string, settings: Timing, nowMs: number): boolean => nowMs >= hourClosesAtMs(hour, settings) - GRACE_MS;

/** How far back an hour is looked for when nothing was ever rolled up. What is older is marked dirty by whoever writes it. */
const FIRST_LOOK_BACK_HOURS = 48;

/** The start of the first hour that is not rolled up. */
const firstOpenMs = (closedHour: string | undefined, nowMs: number): number =>
  closedHour === undefined ? utcHourStartMs(utcHour(nowMs - FIRST_LOOK_BACK_HOURS * HOUR_MS)) : utcHourStartMs(closedHour) + HOUR_MS;

/** The hours to roll up now, oldest first, at most `most`. */
export function hoursToClose(closedHour: string | undefined, settings: Timing, nowMs: number, most: number): string[] {
  const hours: string[] = [];
  for (let atMs = firstOpenMs(closedHour, nowMs); hours.length < most && nowMs >= hourClosesAtMs(utcHour(atMs), settings); atMs += HOUR_MS)
    hours.push(utcHour(atMs));
  return hours;
}

/** The UTC hours after `closedHour` up to the running one: their entries are read directly. */
export function openHours(closedHour: string | undefined, nowMs: number): string[] {
  const hours: string[] = [];
  for (let atMs = firstOpenMs(closedHour, nowMs); atMs <= nowMs; atMs += HOUR_MS) hours.push(utcHour(atMs));
  return hours;
}
