import { DAY_MS, HOUR_MS, utcHour, utcHourStartMs } from './calendar.ts';
import type { Settings } from './settings.ts';

/** Added to a call's time-out it is a hold's deadline: before it nobody else may resolve the hold. And once more for clocks that differ. */
export const GRACE_MS = 60_000;

type Timing = Pick<Settings, 'timeoutSeconds'>;

/** When an hour may be rolled up: no call admitted in it can still be running, and its stale holds can be resolved. */
export const hourClosesAtMs = (hour: string, { timeoutSeconds }: Timing): number =>
  utcHourStartMs(hour) + HOUR_MS + timeoutSeconds * 1000 + 2 * GRACE_MS;

/** Whether an entry put now may come after the hour's rollup: then it needs a dirty mark. Early by a minute, for clocks that differ. */
export const mayBeClosed = (hour: string, settings: Timing, nowMs: number): boolean => nowMs >= hourClosesAtMs(hour, settings) - GRACE_MS;

/**
 * Whether entries of the hour may have begun to expire: then what was derived from it knows better than what is left of it. Early by an hour:
 * longer than a run of the compactor takes.
 */
export const isFrozen = (hour: string, { retentionDays }: Pick<Settings, 'retentionDays'>, nowMs: number): boolean =>
  nowMs >= utcHourStartMs(hour) + retentionDays * DAY_MS - HOUR_MS;

/** The UTC hours that [fromMs, toMs] lies in, oldest first. */
export function hoursBetween(fromMs: number, toMs: number): string[] {
  const hours: string[] = [];
  for (let atMs = utcHourStartMs(utcHour(fromMs)); atMs <= toMs; atMs += HOUR_MS) hours.push(utcHour(atMs));
  return hours;
}

/** The hours from this instant on that may be rolled up now, oldest first. */
export const hoursToClose = (fromMs: number, settings: Timing, nowMs: number): string[] =>
  hoursBetween(fromMs, nowMs).filter((hour) => nowMs >= hourClosesAtMs(hour, settings));

/** The start of the hour after this one. */
export const nextHourMs = (hour: string): number => utcHourStartMs(hour) + HOUR_MS;

/** The hours whose entries are read directly: after `closedHour`, or from `sinceMs` on where none was ever closed, up to the running one. */
export const openHours = (closedHour: string | undefined, sinceMs: number, nowMs: number): string[] =>
  hoursBetween(closedHour === undefined ? sinceMs : nextHourMs(closedHour), nowMs);
