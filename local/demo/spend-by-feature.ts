import { addDays, localDay } from '../../functions/core/calendar.ts';
import { spendBy } from '../../functions/core/spend.ts';
import type { UsagePorts } from '../../functions/use-cases/live-hours.ts';
import { readUsage } from '../../functions/use-cases/read-usage.ts';

const DAYS_SHOWN = 21;

/** Spend of the last three weeks, to this minute. */
export async function spendByFeature(ports: UsagePorts): Promise<ReturnType<typeof spendBy>> {
  const today = localDay(ports.now(), ports.settings.timezone);
  return spendBy(await Array.fromAsync(readUsage(addDays(today, 1 - DAYS_SHOWN), today, ports)), ['feature', 'owner']);
}
