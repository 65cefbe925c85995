import { utcHourStartMs } from '../core/calendar.ts';
import { type Rollup, RollupFold } from '../core/rollup.ts';
import type { DaySlots } from '../core/trace/day-slots.ts';
import { inParallel } from './in-parallel.ts';
import { liveHours, type UsagePorts } from './live-hours.ts';

/** Small reads, one for each hour. */
const HOURS_AT_ONCE = 32;

/**
 * One feature's usage of some local days, to this minute, as `readUsage` tells everybody's: rollups where hours are closed, entries where they
 * are not, or came later. Reads nothing of other features.
 */
export async function readFeatureUsage(feature: string, days: readonly DaySlots[], ports: UsagePorts): Promise<Rollup[]> {
  const { ledger } = ports;
  const live = await liveHours(utcHourStartMs(days[0]?.hours[0] ?? ''), ports);
  const usage: Rollup[] = [];
  const hours = days.flatMap(({ day, hours: ofDay }) => ofDay.map((hour) => ({ day, hour })));
  await inParallel(hours, HOURS_AT_ONCE, async ({ day, hour }) => {
    usage.push(...(live.has(hour) ? await fromEntries(day, hour) : await ledger.rollupsOf(day, hour, feature)));
  });
  return usage;

  async function fromEntries(day: string, hour: string): Promise<Rollup[]> {
    const fold = new RollupFold();
    for await (const entry of ledger.ofHour(hour, { feature })) if (entry.day === day) fold.add(entry);
    return fold.rollups();
  }
}
