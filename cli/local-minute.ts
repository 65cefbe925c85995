import { localDay } from '../functions/core/calendar.ts';
import { localTime } from '../functions/core/local-time.ts';

/** `yyyy-mm-dd hh:mm` where the organization is. */
export const localMinute = (atMs: number, timezone: string): string =>
  `${localDay(atMs, timezone)} ${localTime(atMs, timezone).slice(0, 5)}`;
