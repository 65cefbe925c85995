import type { Evidence } from '../errors.ts';
import type { PicoUsd } from '../money.ts';
import type { ReportPeriod } from '../report-period.ts';
import type { Rollup } from '../rollup.ts';
import type { Settings } from '../settings.ts';

export type FindingKind = 'spend_spike' | 'low_cache_hit' | 'unused_feature';

/** One thing worth a conversation on Friday: what it cost, how that was worked out, who owns it and what to change. */
export type Finding = {
  /** Stable from week to week: `<kind>:<feature>:<template>`. */
  readonly id: string;
  readonly kind: FindingKind;
  readonly feature: string;
  readonly template: string;
  readonly owner: string;
  readonly team: string;
  /** Dollars wasted in the period; zero for advice. */
  readonly wastedPico: PicoUsd;
  readonly method: string;
  readonly evidence: Evidence;
  readonly action: string;
};

/** What every finding looks at. `rollups` cover the period and the seven days before it. */
export type FindingInput = { readonly period: ReportPeriod; readonly rollups: readonly Rollup[]; readonly settings: Settings };

/** Below this a week's waste is not worth a person's minute. 5 USD a week is about the cost of one such minute. */
export const MONEY_FLOOR_PICO = 5_000_000_000_000n;

/** Rollups by feature and template, as one list each. */
export function byTemplate(rollups: readonly Rollup[]): { feature: string; template: string; rollups: Rollup[] }[] {
  const groups = Map.groupBy(rollups, (rollup) => `${rollup.feature}\u0000${rollup.template}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ feature: first.feature, template: first.template, rollups: group }];
  });
}

/** Owner and team of a feature: configured now, else those its last entries were booked to. */
export function ownership(settings: Settings, feature: string, rollups: readonly Rollup[]): { owner: string; team: string } {
  const configured = settings.features[feature];
  const booked = rollups.at(-1);
  return { owner: configured?.owner ?? booked?.owner ?? settings.unassignedOwner, team: configured?.team ?? booked?.team ?? '_unassigned' };
}
