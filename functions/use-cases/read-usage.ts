import { localDay, localDayStartMs } from '../core/calendar.ts';
import { type Rollup, RollupFold } from '../core/rollup.ts';
import { liveHours, type UsagePorts } from './live-hours.ts';

/** An hour is sixteen queries at once already. */
const HOURS_AT_ONCE = 4;

/**
 * Usage of the local days [fromDay, toDay], to this minute: rollups where hours are closed, the entries themselves where they are not, or where an
 * entry came after its hour's rollup. Never counts an entry twice.
 */
export async function* readUsage(fromDay: string, toDay: string, ports: UsagePorts): AsyncGenerator<Rollup> {
  const { ledger, settings } = ports;
  const live = await liveHours(localDayStartMs(fromDay, settings.timezone), ports);
  for await (const rollup of ledger.rollups(fromDay, toDay)) if (!live.has(rollup.hour)) yield rollup;
  // A UTC hour lies within a day and a night of its local day: what cannot matter is not read.
  const asked = [...live].filter(
    (hour) =>
      localDay(Date.parse(`${hour}:59:59.999Z`), settings.timezone) >= fromDay &&
      localDay(Date.parse(`${hour}:00:00.000Z`), settings.timezone) <= toDay,
  );
  for (let at = 0; at < asked.length; at += HOURS_AT_ONCE)
    for (const hour of await Promise.all(asked.slice(at, at + HOURS_AT_ONCE).map((each) => foldHour(each, fromDay, toDay, ports))))
      yield* hour;
}

async function foldHour(hour: string, fromDay: string, toDay: string, { ledger }: UsagePorts): Promise<Rollup[]> {
  const fold = new RollupFold();
  for await (const entry of ledger.ofHour(hour)) if (entry.day >= fromDay && entry.day <= toDay) fold.add(entry);
  return fold.rollups();
}
