import { PAUSED_RUN } from '../functions/core/gate-pause.ts';
import { featureOf } from '../functions/core/gate-tree.ts';
import { type OpenBreaker, openBreakersOf } from '../functions/core/open-breakers.ts';
import { readGates } from '../functions/use-cases/read-gates.ts';
import type { OperatedStack } from './operated-stack.ts';
import { type Desk, openDesk } from './operator-desk.ts';
import { printTable } from './print-table.ts';

type Found = OpenBreaker & { readonly feature: string; readonly reset: string };

/** Breakers that stop calls now, and how to close each. */
export async function breakers(stack: OperatedStack, options: { readonly json?: boolean }, flags: string): Promise<string> {
  const desk = await openDesk(stack);
  const found = [...(await ofFeatures(desk)), ...(await ofRuns(desk))].map(
    (one): Found => ({ ...one, reset: `npx spillway reset ${one.scope.replace(/\/\d+$/, '')}${flags}` }),
  );
  if (options.json === true) return JSON.stringify({ breakers: found.map(breakerJson) });
  if (found.length === 0) return 'No breaker is open. What operators have paused: `npx spillway overrides`.';
  const at = (atMs: number | undefined) => (atMs === undefined ? '–' : desk.at(atMs));
  const rows = found.map(({ scope, feature, state, reason, sinceMs, untilMs, trips, reset }) => [
    ...[scope, feature, state.replace('_', ' '), reason],
    ...[at(sinceMs), at(untilMs), String(trips), reset],
  ]);
  return printTable([['scope', 'feature', 'state', 'reason', 'since', 'until', 'trips', 'close it'], ...rows]);
}

async function ofFeatures({ ports, settings, nowMs }: Desk): Promise<Omit<Found, 'reset'>[]> {
  const gates = await readGates(ports);
  const open = Object.values(settings.features).flatMap((feature) => openBreakersOf(feature, gates, nowMs));
  return open.map((one) => ({ ...one, feature: featureOf(one.scope) ?? '' }));
}

async function ofRuns({ ports, nowMs }: Desk): Promise<Omit<Found, 'reset'>[]> {
  const runs = await ports.runFinder.open(nowMs);
  return runs
    .filter(({ state }) => state.reason !== PAUSED_RUN)
    .map(({ feature, run, state, trippedAtMs }) => ({
      ...{ scope: `run:${run}`, feature, state: 'open' as const, reason: state.reason ?? 'tripped' },
      ...{ sinceMs: trippedAtMs, untilMs: state.openUntilMs ?? nowMs, trips: 1 },
    }));
}

const breakerJson = ({ scope, feature, state, reason, sinceMs, untilMs, trips, reset }: Found) => ({
  ...{ scope, feature, state, reason, trips, reset },
  since: sinceMs === undefined ? null : new Date(sinceMs).toISOString(),
  until: new Date(untilMs).toISOString(),
});
