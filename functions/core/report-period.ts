import { addDays, isoWeek } from './calendar.ts';

/** The seven local days a report covers, ending on a Thursday, and the seven before, all inclusive. */
export type ReportPeriod = {
  readonly week: string;
  readonly from: string;
  readonly to: string;
  readonly beforeFrom: string;
  readonly beforeTo: string;
};

const THURSDAY = 4;
const weekdayOf = (day: string): number => new Date(`${day}T00:00:00.000Z`).getUTCDay();

/** The period of a report sent on this local day: up to the last Thursday that is over. The report is named by the ISO week of sending. */
export function reportPeriod(sendingDay: string): ReportPeriod {
  const daysBack = ((weekdayOf(sendingDay) - THURSDAY + 6) % 7) + 1;
  const to = addDays(sendingDay, -daysBack);
  return { week: isoWeek(sendingDay), from: addDays(to, -6), to, beforeFrom: addDays(to, -13), beforeTo: addDays(to, -7) };
}

/** The days of a period in order, `from` and `to` included. */
export function daysBetween(from: string, to: string): string[] {
  const days: string[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day);
  return days;
}
