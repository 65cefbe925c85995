import { type PicoUsd, sumPico } from '../money.ts';
import { type CostSeries, dayCost, type TemplateCosts } from './cost-series.ts';
import type { DaySlots } from './day-slots.ts';

const WEEK = 7;

/** What a template cost in the last seven days of the window, and in the seven before. */
export type Growth = { readonly costs: TemplateCosts; readonly lastPico: PicoUsd; readonly beforePico: PicoUsd };

/** The template that grew most from week to week, if it is half again as dear: what rises slowly is no spike. */
export function largestGrowth(series: CostSeries, window: readonly DaySlots[], floorPico: PicoUsd): Growth | undefined {
  const [last, before] = [window.slice(-WEEK), window.slice(-2 * WEEK, -WEEK)];
  const first = series.firstDay();
  // Without a whole week before, growth would be the ledger's own.
  if (first === undefined || before.some(({ day }) => day < first)) return undefined;
  const grown = series.templates().map((costs) => ({ costs, lastPico: spent(costs, last), beforePico: spent(costs, before) }));
  const [largest] = grown.toSorted((a, b) => (a.lastPico - a.beforePico < b.lastPico - b.beforePico ? 1 : -1));
  if (largest === undefined) return undefined;
  const { lastPico, beforePico } = largest;
  return lastPico - beforePico >= floorPico && lastPico * 2n >= beforePico * 3n ? largest : undefined;
}

const spent = (costs: TemplateCosts, days: readonly DaySlots[]): PicoUsd => sumPico(days.map((day) => dayCost(costs, day)));
