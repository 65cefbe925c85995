import { addDays, localDayStartMs, monthOf } from '../calendar.ts';

/** A local day and its local month as instants, `yyyy-mm-ddThh:mm:ssZ`; the ends are the first instants after. */
export type ChargePeriod = { readonly start: string; readonly end: string; readonly monthStart: string; readonly monthEnd: string };

export const firstDayOf = (month: string): string => `${month}-01`;
/** No month has more than 31 days, and the 32nd day of any is in the next. */
export const lastDayOf = (month: string): string => addDays(firstDayOf(monthOf(addDays(firstDayOf(month), 31))), -1);

/** Periods by day, each worked out once: finding a local midnight takes dozens of calendar look-ups. */
export function chargePeriods(timezone: string): (day: string) => ChargePeriod {
  const known = new Map<string, ChargePeriod>();
  const startOf = (day: string): string => new Date(localDayStartMs(day, timezone)).toISOString().replace('.000Z', 'Z');
  return (day) => {
    const month = monthOf(day);
    const period = known.get(day) ?? {
      start: startOf(day),
      end: startOf(addDays(day, 1)),
      monthStart: startOf(firstDayOf(month)),
      monthEnd: startOf(addDays(lastDayOf(month), 1)),
    };
    known.set(day, period);
    return period;
  };
}
