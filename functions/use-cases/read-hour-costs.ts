import { utcHourStartMs } from '../core/calendar.ts';
import { CostSeries } from '../core/trace/cost-series.ts';
import type { DaySlots } from '../core/trace/day-slots.ts';
import { inParallel } from './in-parallel.ts';
import { liveHours, type UsagePorts } from './live-hours.ts';

/** Partitions read at once. */
const DAYS_AT_ONCE = 7;

/** What everybody's templates cost in the local days, hour by hour, to this minute. Memory grows with templates x hours. */
export async function readHourCosts(days: readonly DaySlots[], ports: UsagePorts): Promise<CostSeries> {
  const live = await liveHours(utcHourStartMs(days[0]?.hours[0] ?? ''), ports);
  const series = new CostSeries();
  await inParallel(days, DAYS_AT_ONCE, async ({ day }) => {
    for await (const cost of ports.ledger.hourCosts(day)) if (!live.has(cost.hour)) series.add(cost);
  });
  const wanted = new Set(days.map(({ day }) => day));
  const hours = new Set(days.flatMap((each) => each.hours).filter((hour) => live.has(hour)));
  for (const hour of hours) for await (const entry of ports.ledger.ofHour(hour)) if (wanted.has(entry.day)) series.add(entry);
  return series;
}
