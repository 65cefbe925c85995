import { addDays } from '../core/calendar.ts';
import { type DayUsage, UsageFold } from '../core/export/usage-fold.ts';
import type { UsagePorts } from './live-hours.ts';
import { readUsage } from './read-usage.ts';

/** Usage of the local days [fromDay, toDay], to this minute, a day at a time: memory holds the sums of one day, however many hours there are. */
export async function* usageByDay(fromDay: string, toDay: string, byTemplate: boolean, ports: UsagePorts): AsyncGenerator<DayUsage> {
  for (let day = fromDay; day <= toDay; day = addDays(day, 1)) {
    const fold = new UsageFold(byTemplate);
    for await (const rollup of readUsage(day, day, ports)) fold.add(rollup);
    yield* fold.sums();
  }
}
