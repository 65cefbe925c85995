import { utcHourStartMs } from '../functions/core/calendar.ts';
import { picoToUsd, sumPico } from '../functions/core/money.ts';
import type { Settings } from '../functions/core/settings.ts';
import { NO_RUN } from '../functions/core/trace/breakdown.ts';
import type { Change } from '../functions/core/trace/change.ts';
import type { Growth } from '../functions/core/trace/growth.ts';
import type { Rise } from '../functions/core/trace/rise.ts';
import type { Tallies, Tally } from '../functions/core/trace/tallies.ts';
import { costPico, meteredPico, type Totals } from '../functions/core/trace/totals.ts';
import type { EntriesRead } from '../functions/use-cases/read-bad-hours.ts';
import type { Spike, Trace, TraceQuery } from '../functions/use-cases/trace-spend.ts';
import { localMinute } from './local-minute.ts';

/** Of runs, versions and the like, so many are listed. */
const MOST_LISTED = 20;

/** The trace for machines; docs/operations.md has its shape. Money as exact decimal strings, shares 0..1, instants in UTC. */
export function traceJson(trace: Trace, query: TraceQuery, { timezone }: Pick<Settings, 'timezone'>): object {
  const asked = { feature: query.feature ?? null, day: query.day ?? null, from: trace.from, to: trace.to, timezone };
  if (trace.kind === 'no_usage') return { verdict: 'no_usage', ...asked };
  if (trace.kind === 'spike') return { verdict: 'spike', ...asked, spike: spikeJson(trace.spike, query, timezone) };
  const { largest, elsewhere, growth } = trace.calm;
  return {
    ...{ verdict: 'nothing_unusual', ...asked },
    ...{ largestRise: largest === undefined ? null : riseJson(largest), otherDay: elsewhere === undefined ? null : riseJson(elsewhere) },
    growth: growth === undefined ? null : growthJson(growth),
  };
}

const riseJson = ({ costs, day, surge, ordinaryPico }: Rise) => ({
  ...{ feature: costs.feature, template: costs.template, day: day.day },
  ...{ excessUsd: picoToUsd(surge.excessPico), ordinaryRiseUsd: picoToUsd(ordinaryPico) },
});

const growthJson = ({ costs, lastPico, beforePico }: Growth) => ({
  ...{ feature: costs.feature, template: costs.template, lastWeekUsd: picoToUsd(lastPico), weekBeforeUsd: picoToUsd(beforePico) },
});

function spikeJson({ culprit, owner, team, others, hours, share, change, entries }: Spike, { feature }: TraceQuery, timezone: string) {
  const [spentPico, usualPico] = [sumPico(hours.map((each) => each.costPico)), sumPico(hours.map((each) => each.usualPico))];
  const local = (hour: string) => localMinute(utcHourStartMs(hour), timezone);
  const badHours = hours.map((each) => ({
    ...{ hour: each.hour, local: local(each.hour), costUsd: picoToUsd(each.costPico), usualUsd: picoToUsd(each.usualPico) },
  }));
  return {
    ...{ feature: culprit.costs.feature, template: culprit.costs.template, owner, team, day: culprit.day.day },
    ...{ excessUsd: picoToUsd(spentPico - usualPico), costUsd: picoToUsd(spentPico), usualUsd: picoToUsd(usualPico) },
    ...{ isNew: culprit.isNew, daysBefore: culprit.references.length, ordinaryRiseUsd: picoToUsd(culprit.ordinaryPico) },
    ...{ shareOfRise: share, shareOf: feature === undefined ? 'everything' : 'feature' },
    ...{ firstBadHour: badHours[0], badHours, change: changeJson(change), ...entriesJson(entries, change.after.calls) },
    alsoUnusual: others.map(riseJson),
  };
}

function changeJson({ after, before }: Change) {
  if (before === undefined) return { after: totalsJson(after, 1), before: null, causesUsd: null };
  const causes = Object.entries(before.causes).map(([cause, pico]) => [cause, picoToUsd(pico)]);
  return {
    after: totalsJson(after, 1),
    before: { hours: before.anyHour ? 'whole_days' : 'same_hours', days: before.days, ...totalsJson(before.totals, before.days) },
    causesUsd: Object.fromEntries(causes),
  };
}

/** Counts of a day on average. */
function totalsJson(totals: Totals, days: number) {
  const per = (amount: number, of: number): number | null => (of === 0 ? null : amount / of);
  const tokens = totals.promptTokens + totals.outputTokens;
  const allPico = costPico(totals);
  return {
    calls: totals.calls / days,
    promptTokensPerCall: per(totals.promptTokens, totals.calls),
    outputTokensPerCall: per(totals.outputTokens, totals.calls),
    // Pico-dollars a token are micro-dollars a million tokens.
    usdPerMillionTokens: per(Number(meteredPico(totals)) / 1e6, tokens),
    cacheReadShare: per(totals.cacheReadTokens, totals.promptTokens),
    models: Object.fromEntries(Object.entries(totals.byModel).map(([model, pico]) => [model, per(Number(pico), Number(allPico))])),
  };
}

function entriesJson({ breakdown, cut, expired, versionsBefore }: EntriesRead, calls: number) {
  const { dearest, requests } = breakdown;
  const most = requests.most();
  const all = sumPico(breakdown.kinds.dearest().map((tally) => tally.costPico));
  return {
    entries: { calls, read: breakdown.entries, cut, expired, costUsd: picoToUsd(all) },
    runs: listed(breakdown.runs, 'run', all).map(({ run, ...rest }) => ({ run: run === NO_RUN ? null : run, ...rest })),
    runCount: breakdown.runs.dearest().filter(({ key }) => key !== NO_RUN).length,
    requests: { distinct: requests.size, mostRepeated: most === undefined ? null : tallyJson(most, 'fingerprint', all) },
    models: listed(breakdown.models, 'modelModeArm', all),
    templateVersions: { before: versionsBefore.map(({ key }) => key), during: listed(breakdown.versions, 'version', all) },
    reasons: listed(breakdown.reasons, 'reason', all),
    stopReasons: listed(breakdown.stops, 'stopReason', all),
    wouldRefuse: listed(breakdown.wouldRefuse, 'refusal', all),
    kinds: listed(breakdown.kinds, 'kind', all),
    dearestCall: dearest === undefined ? null : { requestId: dearest.requestId, costUsd: picoToUsd(dearest.costPico) },
  };
}

const listed = <Name extends string>(tallies: Tallies, name: Name, all: bigint) =>
  tallies
    .dearest()
    .slice(0, MOST_LISTED)
    .map((tally) => tallyJson(tally, name, all));

const tallyJson = (tally: Tally, name: string, all: bigint): Readonly<Record<string, string | number>> => ({
  [name]: tally.key,
  calls: tally.calls,
  costUsd: picoToUsd(tally.costPico),
  share: all === 0n ? 0 : Number((tally.costPico * 10_000n) / all) / 10_000,
  first: new Date(tally.firstMs).toISOString(),
  last: new Date(tally.lastMs).toISOString(),
});
