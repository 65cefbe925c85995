import { monthOf } from '../../functions/core/calendar.ts';
import { capsOf, featureScope, leavesOf, ORG, teamScope } from '../../functions/core/gate-tree.ts';
import type { LedgerEntry } from '../../functions/core/ledger.ts';
import { maxPico, sumPico, usdToPico } from '../../functions/core/money.ts';
import type { Settings } from '../../functions/core/settings.ts';
import { percentile } from '../../local/replay/tally.ts';
import type { Storm, StormOutcome } from './storm.ts';
import type { StormCap } from './storm-caps.ts';

type Refused = Extract<StormOutcome, { kind: 'refused' }>;

const answeredOf = ({ outcomes }: Storm) => outcomes.filter((outcome) => outcome.kind === 'answered');
export const refusedOf = ({ outcomes }: Storm): Refused[] => outcomes.filter((outcome) => outcome.kind === 'refused');
export const spentIn = (storm: Storm): bigint => sumPico(answeredOf(storm).map(({ costPico }) => costPico));

const FIELDS = { hourly: 'hourlyPico', daily: 'dailyPico', monthly: 'monthlyPico' } as const;

/** The whole cap, in pico-dollars. */
export const capOf = ({ scopes, period }: StormCap, settings: Settings): bigint =>
  sumPico(scopes.map((scope) => capsOf(scope, settings)[FIELDS[period]] ?? 0n));

/** All that a storm must not do. `leftPico`: what the cap had left before it. */
export function wrongIn(calls: Storm, cap: StormCap, leftPico: bigint, settings: Settings): string[] {
  const unusedPico = leftPico - spentIn(calls);
  const lost = calls.outcomes.filter(({ kind }) => kind === 'lost').length;
  const most = mostUnused(calls, cap, settings);
  return [
    ...calls.passed,
    ...(unusedPico < 0n ? [`${-unusedPico} more was spent than ${cap.cap} had left`] : []),
    ...(unusedPico < most ? [] : [`${unusedPico} of ${cap.cap} stay unused, more than ${most}`]),
    ...new Set(falseRefusals(calls, settings)),
    ...new Set(
      refusedOf(calls)
        .filter((one) => isAnother(one, cap))
        .map(({ evidence }) => `refused by ${evidence?.scope} (${evidence?.period})`),
    ),
    ...(lost > 0 ? [`${lost} calls were lost`] : []),
  ];
}

/** What was refused although the gate that refused, by its own evidence, had room for the smallest hold of the call; or gave no figures. */
export function falseRefusals(storm: Storm, settings: Settings): string[] {
  return refusedOf(storm).flatMap(({ reason, message, evidence, call }) => {
    if (evidence === undefined) return [`${reason} without figures: ${message}`];
    const { scope, period, capUsd, committedUsd, neededUsd } = evidence;
    const said = `${reason} by ${scope} (${period}): ${committedUsd} of ${capUsd}, needs ${neededUsd}`;
    if (usdToPico(capUsd) !== capsOf(scope, settings)[FIELDS[period]]) return [`${said}: not the configured cap`];
    if (usdToPico(neededUsd) !== call.floorPico) return [`${said}: the call's smallest hold is ${call.floorPico}`];
    return usdToPico(capUsd) - usdToPico(committedUsd) < call.floorPico ? [] : [`${said}: there is room`];
  });
}

const isAnother = ({ evidence }: Refused, cap: StormCap): boolean =>
  evidence !== undefined && (evidence.period !== cap.period || !cap.scopes.includes(evidence.scope));

/** Caps of features, teams and organization that the entries of a period pass. */
export function passedCaps(entries: readonly LedgerEntry[], settings: Settings): string[] {
  const charged = entries.filter(({ kind }) => kind !== 'correction');
  const uses = charged.flatMap(({ feature, team, day, hour, costPico }) =>
    [featureScope(feature), teamScope(team), ORG].flatMap((scope) => {
      const { dailyPico, monthlyPico } = capsOf(scope, settings);
      const hourlyPico = settings.features[feature]?.caps.hourlyPico;
      return [
        { of: `${scope} on ${day}`, capPico: dailyPico, costPico },
        { of: `${scope} in ${monthOf(day)}`, capPico: monthlyPico, costPico },
        { of: `${scope} at ${hour}`, capPico: scope === featureScope(feature) ? hourlyPico : undefined, costPico },
      ];
    }),
  );
  return [...Map.groupBy(uses, ({ of }) => of)].flatMap(([of, those]) => {
    const [spentPico, capPico] = [sumPico(those.map(({ costPico }) => costPico)), those[0]?.capPico];
    return capPico !== undefined && spentPico > capPico ? [`${of}: ${spentPico} of ${capPico}`] : [];
  });
}

/** What may stay unused when calls go on until none is admitted any more: 2 % of the cap, or one hold for each leaf. */
function mostUnused(storm: Storm, cap: StormCap, settings: Settings): bigint {
  const leaves = cap.features.flatMap((name) => leavesOf(settings.features[name] ?? { name, shards: 1 }));
  const largest = maxPico(0n, ...storm.outcomes.map(({ call }) => call.holdPico));
  return maxPico(capOf(cap, settings) / 50n, largest * BigInt(leaves.length));
}

/** The storm in one line, for the eye. `writes`: of the functions to the store, refusals' own left out. */
export function said(
  storm: Storm,
  cap: StormCap,
  figures: { readonly unusedPico: bigint; readonly writes?: number },
  settings: Settings,
): string {
  const answered = answeredOf(storm);
  const refusals = Map.groupBy(refusedOf(storm), ({ reason }) => reason);
  const latencies = answered.map(({ latencyMs }) => latencyMs);
  return [
    cap.cap,
    `${storm.outcomes.length} calls, ${answered.length} answered`,
    ...[...refusals].map(([reason, those]) => `${those.length} ${reason}`),
    `unused ${((100 * Number(figures.unusedPico)) / Number(capOf(cap, settings))).toFixed(2)} %`,
    `p50 ${percentile(latencies, 0.5).toFixed(0)} ms, p99 ${percentile(latencies, 0.99).toFixed(0)} ms`,
    ...(figures.writes === undefined ? [] : [`${(figures.writes / Math.max(1, answered.length)).toFixed(2)} writes per admitted call`]),
  ].join(', ');
}
