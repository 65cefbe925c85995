import { addDays, localDay, utcHour, utcHourStartMs } from '../../functions/core/calendar.ts';
import { type PicoUsd, sumPico } from '../../functions/core/money.ts';
import { type Rollup, rollUp } from '../../functions/core/rollup.ts';
import type { Settings } from '../../functions/core/settings.ts';
import type { UsageLedger } from '../../functions/ports/usage-ledger.ts';

const DAYS_SHOWN = 21;
const HOUR_MS = 3_600_000;

export type FeatureSpend = { readonly feature: string; readonly owner: string; readonly calls: number; readonly costPico: PicoUsd };

/** Spend of the last three weeks: rollups of the hours that are closed, entries of the running and the last one. */
export async function spendByFeature(
  ledger: UsageLedger,
  settings: Settings,
  nowMs: number,
): Promise<{ rows: FeatureSpend[]; totalPico: PicoUsd }> {
  const today = localDay(nowMs, settings.timezone);
  const openHours = [utcHour(nowMs - HOUR_MS), utcHour(nowMs)];
  const closed = (await Array.fromAsync(ledger.rollups(addDays(today, -DAYS_SHOWN), addDays(today, 1)))).filter(
    ({ hour }) => !openHours.includes(hour),
  );
  const open = await Promise.all(openHours.map((hour) => Array.fromAsync(ledger.ofHour(hour))));
  const rollups = [...closed, ...rollUp(open.flat())].filter(({ hour }) => utcHourStartMs(hour) <= nowMs);
  const rows = [...Map.groupBy(rollups, ({ feature }) => feature)].map(([feature, own]) => ({
    feature,
    owner: own.at(-1)?.owner ?? '',
    calls: own.reduce((sum, { calls }) => sum + calls, 0),
    costPico: costOf(own),
  }));
  return { rows: rows.toSorted((a, b) => (a.costPico < b.costPico ? 1 : -1)), totalPico: costOf(rollups) };
}

const costOf = (rollups: readonly Rollup[]): PicoUsd => sumPico(rollups.map(({ costPico }) => costPico));
