import { localDay } from '../functions/core/calendar.ts';
import type { Evidence } from '../functions/core/errors.ts';
import { PAUSED_RUN } from '../functions/core/gate-pause.ts';
import { displayUsd, type PicoUsd, picoToUsd, sumPico } from '../functions/core/money.ts';
import { type OpenBreaker, openBreakersOf } from '../functions/core/open-breakers.ts';
import { readGates } from '../functions/use-cases/read-gates.ts';
import type { OperatedStack } from './operated-stack.ts';
import { type Desk, openDesk } from './operator-desk.ts';
import { printTable } from './print-table.ts';

type Found = OpenBreaker & {
  readonly feature: string;
  readonly reset: string;
  readonly evidence?: Evidence;
  /** What breakers of the feature have refused since midnight, at most: money not spent. */
  readonly stoppedTodayPico: PicoUsd;
};
type Seen = Omit<Found, 'reset' | 'stoppedTodayPico'>;

const OF_BREAKERS: readonly string[] = ['loop_detected', 'runaway_spend', 'run_limit', 'breaker_open'];

/** Breakers that stop calls now, and how to close each. */
export async function breakers(stack: OperatedStack, options: { readonly json?: boolean }, flags: string): Promise<string> {
  const desk = await openDesk(stack);
  const today = localDay(desk.nowMs, desk.settings.timezone);
  const stopped = (await desk.refusals.ofDays(today, today)).filter(({ reason }) => OF_BREAKERS.includes(reason));
  const stoppedOf = (feature: string) => sumPico(stopped.flatMap((one) => (one.feature === feature ? [one.notSpentPico] : [])));
  const found = [...(await ofFeatures(desk)), ...(await ofRuns(desk))].map(
    (one): Found => ({
      ...one,
      stoppedTodayPico: stoppedOf(one.feature),
      reset: `npx spillway reset ${one.scope.replace(/^(feature:.*)\/\d+$/, '$1')}${flags}`,
    }),
  );
  if (options.json === true) return JSON.stringify({ breakers: found.map(breakerJson) });
  if (found.length === 0) return 'No breaker is open. What operators have paused: `npx spillway overrides`.';
  const at = (atMs: number | undefined) => (atMs === undefined ? '–' : desk.at(atMs));
  const rows = found.map(({ scope, feature, state, reason, sinceMs, untilMs, trips, reset, evidence, stoppedTodayPico }) => [
    ...[scope, feature, state.replace('_', ' '), String(evidence?.['rule'] ?? reason)],
    ...[at(sinceMs), at(untilMs), String(trips), String(evidence?.['burnedUsd'] ?? '–'), displayUsd(stoppedTodayPico), reset],
  ]);
  return printTable([
    ['scope', 'feature', 'state', 'reason', 'since', 'until', 'trips', 'burned USD', 'stopped today', 'close it'],
    ...rows,
  ]);
}

async function ofFeatures({ ports, settings, nowMs }: Desk): Promise<Seen[]> {
  const gates = await readGates(ports);
  return Object.values(settings.features).flatMap((feature) =>
    openBreakersOf(feature, gates, nowMs).map((one) => ({ ...one, feature: feature.name })),
  );
}

async function ofRuns({ ports, nowMs }: Desk): Promise<Seen[]> {
  const runs = await ports.runFinder.open(nowMs);
  return runs
    .filter(({ state }) => state.reason !== PAUSED_RUN)
    .map(({ feature, run, state, trippedAtMs, evidence }) => ({
      ...{ scope: `run:${run}`, feature, state: 'open' as const, reason: state.reason ?? 'tripped' },
      ...{ sinceMs: trippedAtMs, untilMs: state.openUntilMs ?? nowMs, trips: state.trips ?? 1 },
      ...(evidence === undefined ? {} : { evidence }),
    }));
}

const breakerJson = ({ scope, feature, state, reason, sinceMs, untilMs, trips, reset, evidence, stoppedTodayPico }: Found) => ({
  ...{ scope, feature, state, reason, trips, reset, evidence: evidence ?? null, stoppedTodayUsd: picoToUsd(stoppedTodayPico) },
  since: sinceMs === undefined ? null : new Date(sinceMs).toISOString(),
  until: new Date(untilMs).toISOString(),
});
