const formatters = new Map<string, Intl.DateTimeFormat>();
function timeFormatter(timezone: string): Intl.DateTimeFormat {
  const known = formatters.get(timezone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formatters.set(timezone, made);
  return made;
}

/** Local time of day, `hh:mm:ss` of 24 hours. */
export const localTime = (atMs: number, timezone: string): string => timeFormatter(timezone).format(new Date(atMs));
