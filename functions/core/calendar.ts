/** Days, hours and ISO weeks as strings; every function takes its instant as an argument. */
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** UTC hour, `yyyy-mm-ddThh`. */
export const utcHour = (atMs: number): string => new Date(atMs).toISOString().slice(0, 13);
export const utcHourStartMs = (hour: string): number => Date.parse(`${hour}:00:00.000Z`);

const formatters = new Map<string, Intl.DateTimeFormat>();
function dayFormatter(timezone: string): Intl.DateTimeFormat {
  const known = formatters.get(timezone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-CA', { timeZone: timezone, year: 'numeric', month: '2-digit', day: '2-digit' });
  formatters.set(timezone, made);
  return made;
}

/** Local calendar day of the organization, `yyyy-mm-dd`. RangeError for an unknown time zone. */
export const localDay = (atMs: number, timezone: string): string => dayFormatter(timezone).format(new Date(atMs));
export const monthOf = (day: string): string => day.slice(0, 7);

/** `day` moved by whole calendar days. */
export const addDays = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00.000Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** The instant at which the local `day` begins: the first at which `localDay` is that day (days have 23 to 25 hours, by daylight saving). */
export function localDayStartMs(day: string, timezone: string): number {
  let low = Date.parse(`${day}T00:00:00.000Z`) - 15 * HOUR_MS;
  let high = low + 30 * HOUR_MS;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (localDay(middle, timezone) < day) low = middle;
    else high = middle;
  }
  return high;
}

/** ISO week of a calendar day, `yyyy-Www`. */
export function isoWeek(day: string): string {
  const date = new Date(`${day}T00:00:00.000Z`);
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * DAY_MS);
  const yearStart = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const week = Math.floor((thursday.getTime() - yearStart) / DAY_MS / 7) + 1;
  return `${thursday.getUTCFullYear()}-W${String(week).padStart(2, '0')}`;
}
