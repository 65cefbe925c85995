import { localDay } from '../core/calendar.ts';
import { openHours } from '../core/closed-hours.ts';
import { type Rollup, rollUp } from '../core/rollup.ts';
import type { MoneyPorts } from './money-ports.ts';

/**
 * Usage of the local days [fromDay, toDay], to this minute: rollups where hours are closed, the entries themselves where they are not, or where an
 * entry came after its hour's rollup. Never counts an entry twice.
 */
export async function* readUsage(
  fromDay: string,
  toDay: string,
  { ledger, settings, now }: Pick<MoneyPorts, 'ledger' | 'settings' | 'now'>,
): AsyncGenerator<Rollup> {
  const { closedHour } = await ledger.progress();
  const dirty = (await ledger.dirtyHours()).map(({ hour }) => hour);
  const live = new Set([...openHours(closedHour, now()), ...dirty]);
  for await (const rollup of ledger.rollups(fromDay, toDay)) if (!live.has(rollup.hour)) yield rollup;
  for (const hour of live) {
    // A UTC hour lies within a day and a night of its local day: skip what cannot matter without reading it.
    if (localDay(Date.parse(`${hour}:59:59.999Z`), settings.timezone) < fromDay) continue;
    if (localDay(Date.parse(`${hour}:00:00.000Z`), settings.timezone) > toDay) continue;
    const entries = await Array.fromAsync(ledger.ofHour(hour));
    yield* rollUp(entries.filter(({ day }) => day >= fromDay && day <= toDay));
  }
}
