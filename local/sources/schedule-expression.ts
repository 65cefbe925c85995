/** When a schedule is due: `rate(...)`, `cron(...)` or `at(...)` of EventBridge, in a time zone. */
export type Schedule = (fromMs: number, toMs: number) => number | undefined;

const MINUTE_MS = 60_000;
const UNIT_MS: Readonly<Record<string, number>> = { minute: MINUTE_MS, hour: 60 * MINUTE_MS, day: 1_440 * MINUTE_MS };
/** How far back a jump of the clock is searched for a missed occurrence: every weekly schedule is found. */
const LONGEST_SEARCH_MS = 8 * 1_440 * MINUTE_MS;
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

/** The latest instant in (from, to] at which the schedule fires. RangeError for an expression that is not understood. */
export function parseSchedule(expression: string, timezone: string, startMs: number): Schedule {
  const [, kind = '', inner = ''] = /^(rate|cron|at)\((.+)\)$/.exec(expression) ?? [];
  if (kind === 'rate') return rate(inner, startMs);
  if (kind === 'cron') return cron(inner, timezone);
  throw new RangeError(`the local stack does not understand the schedule ${expression}`);
}

/** Counts from the start of the stack, as EventBridge counts from the creation of the schedule. */
function rate(inner: string, startMs: number): Schedule {
  const [count = '', unit = ''] = inner.split(' ');
  const everyMs = Number(count) * (UNIT_MS[unit.replace(/s$/, '')] ?? Number.NaN);
  if (!(everyMs > 0)) throw new RangeError(`the local stack does not understand the schedule rate(${inner})`);
  return (fromMs, toMs) => {
    const dueMs = startMs + Math.floor((toMs - startMs) / everyMs) * everyMs;
    return dueMs > fromMs && dueMs > startMs ? dueMs : undefined;
  };
}

function cron(inner: string, timezone: string): Schedule {
  const fields = inner.trim().split(/\s+/);
  if (fields.length !== 6) throw new RangeError(`cron(${inner}) has not six fields`);
  const [minute = '', hour = '', day = '', month = '', weekday = '', year = ''] = fields;
  const parts = [
    matcher(minute, 0, 59),
    matcher(hour, 0, 23),
    matcher(day, 1, 31),
    matcher(named(month, MONTHS, 1), 1, 12),
    // EventBridge counts Sunday as 1.
    matcher(named(weekday, DAYS, 1), 1, 7),
    matcher(year, 1970, 2199),
  ];
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    ...{ minute: 'numeric', hour: 'numeric', day: 'numeric', month: 'numeric', weekday: 'short', year: 'numeric' },
  });
  const matches = (atMs: number) => {
    const local = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
    const weekdayNumber = DAYS.indexOf((local['weekday'] ?? '').toUpperCase()) + 1;
    const values = [local['minute'], local['hour'], local['day'], local['month'], weekdayNumber, local['year']].map(Number);
    return parts.every((part, index) => part(values[index] ?? Number.NaN));
  };
  return (fromMs, toMs) => {
    const earliest = Math.max(fromMs, toMs - LONGEST_SEARCH_MS);
    for (let atMs = Math.floor(toMs / MINUTE_MS) * MINUTE_MS; atMs > earliest; atMs -= MINUTE_MS) if (matches(atMs)) return atMs;
    return undefined;
  };
}

const named = (field: string, names: readonly string[], first: number): string =>
  field.toUpperCase().replace(/[A-Z]{3}/g, (name) => (names.includes(name) ? String(names.indexOf(name) + first) : name));

/** `*`, `?`, `5`, `1-5`, `1,3`, `0/15`, `*` + `/10`: what is left out of EventBridge's language (L, W, #) is an error. */
function matcher(field: string, lowest: number, highest: number): (value: number) => boolean {
  if (field === '*' || field === '?') return () => true;
  const ranges = field.split(',').map((item) => {
    const [, from = '', to, step] = /^(\*|\d+)(?:-(\d+))?(?:\/(\d+))?$/.exec(item) ?? [];
    if (from === '') throw new RangeError(`the local stack does not understand the cron field ${field}`);
    const start = from === '*' ? lowest : Number(from);
    const end = to !== undefined ? Number(to) : step !== undefined || from === '*' ? highest : start;
    return { start, end, step: Number(step ?? 1) };
  });
  return (value) => ranges.some(({ start, end, step }) => value >= start && value <= end && (value - start) % step === 0);
}
