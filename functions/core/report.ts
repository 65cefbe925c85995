import type { Finding, FindingInput } from './findings/finding.ts';
import { cacheHitRate, lowCacheHits } from './findings/low-cache-hit.ts';
import { spendSpikes } from './findings/spend-spike.ts';
import { unusedFeatures } from './findings/unused-feature.ts';
import { type PicoUsd, sumPico } from './money.ts';
import type { ReportPeriod } from './report-period.ts';
import type { Rollup } from './rollup.ts';
import { addUsage, NO_USAGE, type Usage } from './usage.ts';

/** Spend of one feature, team or model in the period, against the seven days before. */
export type SpendLine = {
  readonly name: string;
  readonly owner: string;
  readonly calls: number;
  readonly costPico: PicoUsd;
  readonly beforePico: PicoUsd;
  readonly usage: Usage;
  /** 0..1; undefined when nothing was prompted. */
  readonly cacheHitRate: number | undefined;
};

export type NotSpent = { readonly feature: string; readonly reason: string; readonly count: number; readonly notSpentPico: PicoUsd };

export type Report = {
  readonly organization: string;
  readonly environment: string;
  readonly period: ReportPeriod;
  readonly totalPico: PicoUsd;
  readonly beforePico: PicoUsd;
  readonly calls: number;
  readonly wastedPico: PicoUsd;
  readonly byFeature: readonly SpendLine[];
  readonly byModel: readonly SpendLine[];
  /** Cost per day of the period, in its order. */
  readonly byDay: readonly { readonly day: string; readonly costPico: PicoUsd }[];
  readonly notSpent: readonly NotSpent[];
  readonly findings: readonly Finding[];
};

/** The whole Friday report as a value, from rollups alone: its cost does not depend on the number of calls. */
export function buildReport(input: FindingInput, days: readonly string[], notSpent: readonly NotSpent[]): Report {
  const { period, settings, rollups } = input;
  const findings = [...spendSpikes(input), ...lowCacheHits(input), ...unusedFeatures(input)].toSorted((a, b) =>
    a.wastedPico < b.wastedPico ? 1 : -1,
  );
  const now = rollups.filter((rollup) => rollup.day >= period.from && rollup.day <= period.to);
  const before = rollups.filter((rollup) => rollup.day < period.from);
  const costOf = (some: readonly Rollup[]) => sumPico(some.map((rollup) => rollup.costPico));
  return {
    organization: settings.organization,
    environment: settings.environment,
    period,
    totalPico: costOf(now),
    beforePico: costOf(before),
    calls: now.reduce((sum, rollup) => sum + rollup.calls, 0),
    wastedPico: sumPico(findings.map((finding) => finding.wastedPico)),
    byFeature: spendBy(now, before, (rollup) => rollup.feature),
    byModel: spendBy(now, before, (rollup) => rollup.model),
    byDay: days.map((day) => ({ day, costPico: costOf(now.filter((rollup) => rollup.day === day)) })),
    notSpent,
    findings,
  };
}

function spendBy(now: readonly Rollup[], before: readonly Rollup[], nameOf: (rollup: Rollup) => string): SpendLine[] {
  const names = new Set([...now, ...before].map(nameOf));
  const lines = [...names].map((name) => {
    const mine = now.filter((rollup) => nameOf(rollup) === name);
    const earlier = before.filter((rollup) => nameOf(rollup) === name);
    const usage = mine.map((rollup) => rollup.usage).reduce(addUsage, NO_USAGE);
    return {
      name,
      owner: [...earlier, ...mine].at(-1)?.owner ?? '',
      calls: mine.reduce((sum, rollup) => sum + rollup.calls, 0),
      costPico: sumPico(mine.map((rollup) => rollup.costPico)),
      beforePico: sumPico(earlier.map((rollup) => rollup.costPico)),
      usage,
      cacheHitRate: cacheHitRate(usage),
    };
  });
  return lines.toSorted((a, b) => (a.costPico < b.costPico ? 1 : -1));
}
