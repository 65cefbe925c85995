import type { Finding } from './configuration-problem.ts';
import { suggest } from './nearest-name.ts';
import type { SoundParts } from './salvage.ts';

/** The time zone decides which local day a call belongs to, and when the report leaves. */
export function checkCalendar({ timezone }: SoundParts): Finding[] {
  if (timezone === undefined || isTimezone(timezone)) return [];
  const known = ['UTC', ...Intl.supportedValuesOf('timeZone')];
  const near = known.filter((zone) => zone.split('/').at(-1)?.toLowerCase() === timezone.split('/').at(-1)?.toLowerCase());
  const allowed =
    near.length > 0 ? `an IANA time zone (did you mean ${near[0]}?)` : `an IANA time zone, for example ${suggestion(timezone, known)}`;
  return [{ path: ['timezone'], message: `unknown time zone ${timezone}`, allowed }];
}

const suggestion = (timezone: string, known: readonly string[]): string =>
  /did you mean ([\w/+-]+)/.exec(suggest(timezone, known))?.[1] ?? 'Europe/Berlin';

/** Offsets such as +01:00 are refused: they know no daylight saving, and EventBridge Scheduler does not take them. */
function isTimezone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
