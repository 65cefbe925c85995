import { localDayStartMs } from '../core/calendar.ts';
import { isFrozen, openHours } from '../core/closed-hours.ts';
import type { MoneyPorts } from './money-ports.ts';
import { daysOf, readGates } from './read-gates.ts';

/** What reading usage to this minute needs. */
export type UsagePorts = Pick<MoneyPorts, 'gates' | 'ledger' | 'settings' | 'now'>;

/** The UTC hours since an instant whose entries know better than their rollups: those not closed yet, and those in which one came late. */
export async function liveHours(sinceMs: number, ports: UsagePorts): Promise<ReadonlySet<string>> {
  const { ledger, settings, now } = ports;
  const { closedHour } = await ledger.progress();
  const dirty = (await ledger.dirtyHours()).map(({ hour }) => hour).filter((hour) => !isFrozen(hour, settings, now()));
  const firstMs = closedHour === undefined ? Math.max(sinceMs, await firstMoneyMs(ports)) : sinceMs;
  return new Set([...openHours(closedHour, firstMs, now()), ...dirty]);
}

/** Before the compactor's first run every hour is open: only those since the first money that any gate knows can have entries. */
async function firstMoneyMs(ports: UsagePorts): Promise<number> {
  const [oldest] = daysOf(await readGates(ports));
  return oldest === undefined ? ports.now() : localDayStartMs(oldest, ports.settings.timezone);
}
