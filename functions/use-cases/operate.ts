import { FOREVER_MS, PAUSED_RUN } from '../core/gate-pause.ts';
import { featureScope, leavesOf } from '../core/gate-tree.ts';
import type { PicoUsd } from '../core/money.ts';
import type { Act } from '../core/override/act.ts';
import { isActive, type Override } from '../core/override/override.ts';
import { parseScope } from '../core/override/scope.ts';
import type { OverrideStore } from '../ports/override-store.ts';
import type { FoundRun, RunFinder } from '../ports/run-finder.ts';
import type { RunStore } from '../ports/run-store.ts';
import type { MoneyPorts } from './money-ports.ts';
import { pauseGates } from './pause-gates.ts';
import { resetFeature } from './trip-feature.ts';

/** What an operator's acts need. Every act is in the audit trail before it changes anything. */
export type OperatorPorts = Pick<MoneyPorts, 'gates' | 'settings' | 'now'> & {
  readonly overrideStore: OverrideStore;
  readonly runs: RunStore;
  readonly runFinder: RunFinder;
  readonly newId: (atMs: number) => string;
  /** Who acts. */
  readonly by: string;
};

/** What and why. `untilMs` is absent only from a pause that somebody has to end. */
export type Order = { readonly scope: string; readonly reason: string; readonly untilMs?: number };

export async function raiseBudget(order: Order & { untilMs: number; byPico: PicoUsd }, ports: OperatorPorts): Promise<Override> {
  const { id, by, atMs } = await record({ act: 'raise', ...order }, ports);
  const raise: Override = { kind: 'raise', id, by, atMs, ...order };
  await ports.overrideStore.put(raise);
  return raise;
}

/** Exempts a scope from a rule. */
export async function allowRule(order: Order & { untilMs: number; rule: string }, ports: OperatorPorts): Promise<Override> {
  const { id, by, atMs } = await record({ act: 'allow', ...order }, ports);
  const allowed: Override = { kind: 'allow', id, by, atMs, ...order };
  await ports.overrideStore.put(allowed);
  return allowed;
}

/** Stops every call of a scope: within 2 s everywhere; for a feature, a template and a known run, whose items admission writes, from the next call on. */
export async function pauseScope(order: Order, ports: OperatorPorts): Promise<Override> {
  const { id, by, atMs } = await record({ act: 'pause', ...order }, ports);
  const pause: Override = { kind: 'pause', id, by, atMs, ...order };
  await ports.overrideStore.put(pause);
  const ends = (await pausesOf(order.scope, ports)).map(({ untilMs }) => untilMs ?? FOREVER_MS);
  await stopItems(order.scope, Math.max(...ends), ports);
  return pause;
}

/** Ends all pauses of exactly this scope. Answers those that it ended. */
export async function resumeScope({ scope, reason }: Order, ports: OperatorPorts): Promise<Override[]> {
  const pauses = await pausesOf(scope, ports);
  await record({ act: 'resume', scope, reason, ended: pauses.map(({ id }) => id) }, ports);
  await stopItems(scope, undefined, ports);
  for (const pause of pauses) await ports.overrideStore.remove(pause);
  return pauses;
}

/** Ends one override before its time. */
export async function endOverride(override: Override, reason: string, ports: OperatorPorts): Promise<void> {
  const { scope, kind, id } = override;
  await record({ act: 'end', scope, reason, ended: [id] }, ports);
  await ports.overrideStore.remove(override);
  if (kind !== 'pause') return;
  const left = (await pausesOf(scope, ports)).map(({ untilMs }) => untilMs ?? FOREVER_MS);
  await stopItems(scope, left.length === 0 ? undefined : Math.max(...left), ports);
}

/** Closes a tripped breaker of a feature, a template or a run. Answers whether one was open. A pause stays. */
export async function resetScope({ scope, reason }: Order, ports: OperatorPorts): Promise<{ readonly wasOpen: boolean }> {
  await record({ act: 'reset', scope, reason }, ports);
  const named = parseScope(scope);
  if (named?.kind === 'run') {
    const open = (await findRuns(named.name, ports)).filter((found) => found.state.reason !== PAUSED_RUN && isOpen(found, ports));
    for (const { feature, run } of open) await ports.runs.reset(feature, run);
    return { wasOpen: open.length > 0 };
  }
  if (named?.kind === 'template') return { wasOpen: await resetTemplate(named.name, ports) };
  const feature = named?.kind === 'feature' ? ports.settings.features[named.name] : undefined;
  if (feature === undefined) throw new RangeError(`${scope} has no breaker`);
  const scopes = [featureScope(feature.name), ...leavesOf(feature)];
  const gates = await Promise.all(scopes.map((leaf) => ports.gates.read(leaf)));
  await resetFeature(feature.name, ports);
  return { wasOpen: gates.some(({ breaker }) => breaker.openUntilMs !== undefined) };
}

/** Closes a template's breaker; an operator's pause of it stays. */
async function resetTemplate(name: string, ports: OperatorPorts): Promise<boolean> {
  const [feature = '', template = ''] = name.split('/');
  if (ports.settings.features[feature] === undefined) throw new RangeError(`template:${name} has no breaker`);
  const gate = await ports.gates.read(featureScope(feature));
  const wasOpen = gate.tripped[template] !== undefined && (gate.pauses[template] ?? 0) > ports.now();
  if (wasOpen) await pauseGates({ feature, template }, undefined, ports);
  return wasOpen;
}

async function record(act: Omit<Act, 'id' | 'by' | 'atMs'>, { overrideStore, now, newId, by }: OperatorPorts): Promise<Act> {
  const atMs = now();
  const recorded: Act = { ...act, id: newId(atMs), by, atMs };
  await overrideStore.record(recorded);
  return recorded;
}

async function pausesOf(scope: string, { overrideStore, now }: OperatorPorts): Promise<Override[]> {
  const ofScope = (await overrideStore.all()).filter((override) => override.kind === 'pause' && override.scope === scope);
  return ofScope.filter((pause) => isActive(pause, now()));
}

/** Pauses, or with undefined resumes, in the items that admission writes, where the scope has such. */
async function stopItems(scope: string, untilMs: number | undefined, ports: OperatorPorts): Promise<void> {
  const named = parseScope(scope);
  const [feature = '', template = ''] = named?.name.split('/') ?? [];
  if (named?.kind === 'feature') await pauseGates({ feature }, untilMs, ports);
  if (named?.kind === 'template') await pauseGates({ feature, template }, untilMs, ports);
  if (named?.kind !== 'run') return;
  const atMs = ports.now();
  for (const found of await findRuns(named.name, ports)) {
    if (untilMs !== undefined) await ports.runs.trip(found.feature, found.run, { untilMs, reason: PAUSED_RUN, atMs });
    else if (found.state.reason === PAUSED_RUN) await ports.runs.reset(found.feature, found.run);
  }
}

const findRuns = (run: string, { runFinder, settings }: OperatorPorts): Promise<FoundRun[]> =>
  runFinder.find(run, Object.keys(settings.features));

const isOpen = ({ state }: FoundRun, { now }: OperatorPorts): boolean => (state.openUntilMs ?? 0) > now();
