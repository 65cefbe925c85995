import { addDays, DAY_MS, HOUR_MS, localDay, localDayStartMs } from '../functions/core/calendar.ts';
import { localTime } from '../functions/core/local-time.ts';

const MINUTE_MS = 60_000;
const UNITS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };

export const UNTIL_FORMS = '2h, 90m, 3d, 18:30, 2026-11-24, or 2026-11-24T18:00:00Z';

/**
 * When that is: a duration from now, the next time the organization's clocks show that hour, a local day through its end, or an ISO instant (without a
 * zone: local time). Undefined for anything else.
 */
export function parseUntil(text: string, nowMs: number, timezone: string): number | undefined {
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return nowMs + Number(count) * (UNITS[unit] ?? 0);
  const today = localDay(nowMs, timezone);
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hour !== undefined && minute !== undefined) {
    const next = [today, addDays(today, 1)].map((day) => atLocal(day, Number(hour), Number(minute), timezone));
    return next.find((atMs) => atMs > nowMs);
  }
  const [, day, ofDay] = /^(\d{4}-\d{2}-\d{2})(?:[T ]([01]\d:[0-5]\d|2[0-3]:[0-5]\d)(?::\d{2})?)?$/.exec(text) ?? [];
  if (day !== undefined && isDay(day)) {
    if (ofDay === undefined) return localDayStartMs(addDays(day, 1), timezone);
    const [hours = 0, minutes = 0] = ofDay.split(':').map(Number);
    return atLocal(day, hours, minutes, timezone);
  }
  const instant = /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(instant) ? undefined : instant;
}

const isDay = (day: string): boolean => {
  const atMs = Date.parse(`${day}T00:00:00.000Z`);
  return !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(day);
};

/** That time of that local day. A day that changes its clock begins at another distance from its hours. */
function atLocal(day: string, hour: number, minute: number, timezone: string): number {
  const wantedMs = hour * HOUR_MS + minute * MINUTE_MS;
  const guessMs = localDayStartMs(day, timezone) + wantedMs;
  const [hours = 0, minutes = 0] = localTime(guessMs, timezone).split(':').map(Number);
  const shiftMs = wantedMs - (hours * HOUR_MS + minutes * MINUTE_MS);
  // Near midnight the difference may seem to be a day.
  const nearMs = shiftMs > DAY_MS / 2 ? shiftMs - DAY_MS : shiftMs < -DAY_MS / 2 ? shiftMs + DAY_MS : shiftMs;
  return guessMs + nearMs;
}
