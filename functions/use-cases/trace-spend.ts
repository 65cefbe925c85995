import { addDays, localDay } from '../core/calendar.ts';
import { ownership } from '../core/findings/finding.ts';
import { daysBetween } from '../core/report-period.ts';
import { type BadHour, badHours } from '../core/trace/bad-hours.ts';
import { type Change, changeIn } from '../core/trace/change.ts';
import { CostSeries, type HourCost } from '../core/trace/cost-series.ts';
import type { DaySlots } from '../core/trace/day-slots.ts';
import { findSpike, JUDGED_DAYS, traceWindow } from '../core/trace/find-spike.ts';
import { type Growth, largestGrowth } from '../core/trace/growth.ts';
import type { Rise } from '../core/trace/rise.ts';
import { shareOfRise } from '../core/trace/share-of-rise.ts';
import type { UsagePorts } from './live-hours.ts';
import { type EntriesRead, readBadHours } from './read-bad-hours.ts';
import { readFeatureUsage } from './read-feature-usage.ts';
import { readHourCosts } from './read-hour-costs.ts';

/** Whose spike, and of which local day; without a feature the worst of all, without a day the worst of the last seven. */
export type TraceQuery = { readonly feature?: string; readonly day?: string };

export type Spike = {
  readonly culprit: Rise;
  readonly owner: string;
  readonly team: string;
  /** Other templates that rose unusually on that day, the largest first. */
  readonly others: readonly Rise[];
  readonly hours: readonly BadHour[];
  /** The culprit's part, 0..1, of what everything looked at rose by in those hours. */
  readonly share: number;
  readonly change: Change;
  readonly entries: EntriesRead;
};

/** No day stands out. `elsewhere`: one does, but not the one asked for. `growth`: slow, but large. */
export type Calm = { readonly largest?: Rise; readonly elsewhere?: Rise; readonly growth?: Growth };

/** `from` and `to` are the local days judged, both included. */
export type Trace = { readonly from: string; readonly to: string } & (
  | { readonly kind: 'spike'; readonly spike: Spike }
  | { readonly kind: 'nothing'; readonly calm: Calm }
  | { readonly kind: 'no_usage' }
);

export type TracePorts = UsagePorts;

/** From "the bill jumped" to the template, its first bad hour and the runs behind it. */
export async function traceSpend(query: TraceQuery, ports: TracePorts): Promise<Trace> {
  const { timezone } = ports.settings;
  const today = localDay(ports.now(), timezone);
  // One day more than asked for: a spike goes on past midnight.
  const lastDay = query.day === undefined || query.day >= today ? today : addDays(query.day, 1);
  const window = traceWindow(lastDay, timezone);
  const usage = query.feature === undefined ? undefined : await readFeatureUsage(query.feature, window, ports);
  const series = usage === undefined ? await readHourCosts(window, ports) : seriesOf(usage);
  const period = { from: query.day ?? addDays(lastDay, 1 - JUDGED_DAYS), to: query.day ?? lastDay };
  if (daysBetween(period.from, period.to).every((day) => series.dayTotal(day) === 0n)) return { kind: 'no_usage', ...period };
  const found = findSpike(series, window, { day: query.day, nowMs: ports.now() });
  if (found.kind === 'nothing') return { kind: 'nothing', ...period, calm: calmOf(found, query, series, window, ports) };
  const { culprit, others } = found;
  const { feature, template } = culprit.costs;
  const ofFeature = usage ?? (await readFeatureUsage(feature, window, ports));
  const own = ofFeature.filter((rollup) => rollup.template === template);
  const hours = badHours(culprit, window);
  const share = shareOfRise(series, hours, window, culprit.references);
  const change = changeIn(own, hours, window, culprit.references);
  const entries = await readBadHours(culprit.costs, hours, own, ports);
  return {
    kind: 'spike',
    ...period,
    spike: { culprit, ...ownership(ports.settings, feature, own), others, hours, share, change, entries },
  };
}

function calmOf(
  { largest, floorPico }: Extract<ReturnType<typeof findSpike>, { kind: 'nothing' }>,
  { day }: TraceQuery,
  series: CostSeries,
  window: readonly DaySlots[],
  { now }: TracePorts,
): Calm {
  const week = day === undefined ? undefined : findSpike(series, window, { nowMs: now() });
  const growth = largestGrowth(series, window, floorPico);
  return {
    ...(largest === undefined ? {} : { largest }),
    ...(week?.kind === 'spike' ? { elsewhere: week.culprit } : {}),
    ...(growth === undefined ? {} : { growth }),
  };
}

function seriesOf(rollups: Iterable<HourCost>): CostSeries {
  const series = new CostSeries();
  for (const rollup of rollups) series.add(rollup);
  return series;
}
