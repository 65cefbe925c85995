import { isFrozen, openHours } from '../core/closed-hours.ts';
import type { MoneyPorts } from './money-ports.ts';

/** The UTC hours since an instant whose entries know better than their rollups: those not closed yet, and those in which one came late. */
export async function liveHours(
  sinceMs: number,
  { ledger, settings, now }: Pick<MoneyPorts, 'ledger' | 'settings' | 'now'>,
): Promise<ReadonlySet<string>> {
  const { closedHour } = await ledger.progress();
  const dirty = (await ledger.dirtyHours()).map(({ hour }) => hour).filter((hour) => !isFrozen(hour, settings, now()));
  return new Set([...openHours(closedHour, sinceMs, now()), ...dirty]);
}
