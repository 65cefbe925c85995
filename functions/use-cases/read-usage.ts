import { localDay, localDayStartMs } from '../core/calendar.ts';
import { type Rollup, RollupFold } from '../core/rollup.ts';
import { liveHours } from './live-hours.ts';
import type { MoneyPorts } from './money-ports.ts';

/**
 * Usage of the local days [fromDay, toDay], to this minute: rollups where hours are closed, the entries themselves where they are not, or where an
 * entry came after its hour's rollup. Never counts an entry twice.
 */
export async function* readUsage(
  fromDay: string,
  toDay: string,
  ports: Pick<MoneyPorts, 'ledger' | 'settings' | 'now'>,
): AsyncGenerator<Rollup> {
  const { ledger, settings } = ports;
  const live = await liveHours(localDayStartMs(fromDay, settings.timezone), ports);
  for await (const rollup of ledger.rollups(fromDay, toDay)) if (!live.has(rollup.hour)) yield rollup;
  for (const hour of live) {
    // A UTC hour lies within a day and a night of its local day: skip what cannot matter without reading it.
    if (localDay(Date.parse(`${hour}:59:59.999Z`), settings.timezone) < fromDay) continue;
    if (localDay(Date.parse(`${hour}:00:00.000Z`), settings.timezone) > toDay) continue;
    const fold = new RollupFold();
    for await (const entry of ledger.ofHour(hour)) if (entry.day >= fromDay && entry.day <= toDay) fold.add(entry);
    yield* fold.rollups();
  }
}
