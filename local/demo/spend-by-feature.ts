import { addDays, localDay } from '../../functions/core/calendar.ts';
import type { Settings } from '../../functions/core/settings.ts';
import { spendBy } from '../../functions/core/spend.ts';
import type { UsageLedger } from '../../functions/ports/usage-ledger.ts';
import { readUsage } from '../../functions/use-cases/read-usage.ts';

const DAYS_SHOWN = 21;

/** Spend of the last three weeks, to this minute. */
export async function spendByFeature(ledger: UsageLedger, settings: Settings, nowMs: number): Promise<ReturnType<typeof spendBy>> {
  const today = localDay(nowMs, settings.timezone);
  const usage = readUsage(addDays(today, 1 - DAYS_SHOWN), today, { ledger, settings, now: () => nowMs });
  return spendBy(await Array.fromAsync(usage), ['feature', 'owner']);
}
