import { addDays, HOUR_MS, localDayStartMs, monthOf } from './calendar.ts';
import type { Refusal } from './errors.ts';

/** Tells the caller of an exhausted budget when the cap has room again by itself: the end of its UTC hour, local day or month. */
export function renewing(refusal: Refusal, day: string, timezone: string, nowMs: number): Refusal {
  if (refusal.reason !== 'budget_exhausted') return refusal;
  return { ...refusal, retryAtMs: periodEndMs(refusal.evidence['period'], day, timezone, nowMs) };
}

function periodEndMs(period: unknown, day: string, timezone: string, nowMs: number): number {
  if (period === 'hourly') return (Math.floor(nowMs / HOUR_MS) + 1) * HOUR_MS;
  const inNextMonth = addDays(`${monthOf(day)}-28`, 4);
  return localDayStartMs(period === 'monthly' ? `${monthOf(inNextMonth)}-01` : addDays(day, 1), timezone);
}
