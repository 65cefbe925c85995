import { coolDownMs } from '../core/breaker.ts';
import { DAY_MS } from '../core/calendar.ts';
import type { Evidence, Refusal, RefusalReason } from '../core/errors.ts';
import { breakerPolicy } from '../core/gate-breaker.ts';
import { type PicoUsd, picoToUsd } from '../core/money.ts';
import type { Plan } from '../core/route-plan.ts';
import type { RunState } from '../ports/run-store.ts';
import type { RoutePorts } from './route-ports.ts';

/** One run's trip: its refusal, and what is equal as long as it is the same runaway. */
export type RunTrip = {
  readonly refusal: Refusal;
  readonly identity: string;
  /** False: each call is judged anew, for it may fit; only the alert is bounded. */
  readonly opens: boolean;
  /** As the call has just entered it, with what the call would have cost at most. */
  readonly entered?: Entered;
};

export type Entered = { readonly run: RunState; readonly wantPico: PicoUsd };

/**
 * Opens the explicit run's breaker, for longer with each time, and tells its owner: once, of however many callers see the same runaway. Without a
 * run, or in observe mode, there is no breaker to open: the runaway itself is marked in its place. Failing never fails the call's refusal.
 */
export async function tripRun(plan: Plan, ports: RoutePorts, { refusal, identity, opens, entered }: RunTrip): Promise<void> {
  const { feature, request } = plan;
  const atMs = ports.now();
  try {
    const explicit = opens && feature.mode === 'enforce' ? request.run : undefined;
    // '#' is in no run's name, so a mark is never mistaken for a run.
    const name = explicit ?? `loop#${await ports.fingerprints.of(identity)}`;
    const memory = `trip:${feature.name}/${name}`;
    if (ports.breakers.recall(memory, atMs) !== undefined) return;
    ports.breakers.remember(memory, refusal, atMs);
    const run = entered?.run ?? (await runOf(plan, ports));
    const forMs = opens ? coolDownMs(breakerPolicy(feature), (run?.trips ?? 0) + 1) : DAY_MS;
    const evidence = { ...refusal.evidence, template: plan.template, ...moneyOf(run, entered) };
    const trip = { untilMs: atMs + forMs, reason: refusal.reason, atMs, evidence };
    if ((await ports.runs.trip(feature.name, name, trip)) === 'changed') await alertOwner(plan, ports, { ...refusal, evidence });
  } catch (error) {
    ports.log('trip_not_marked', { feature: feature.name, reason: refusal.reason }, error);
  }
}

async function alertOwner({ feature, template, request }: Plan, ports: RoutePorts, { reason, evidence }: Refusal): Promise<void> {
  const scope = request.run === undefined ? `template:${feature.name}/${template}` : `run:${request.run}`;
  const stopped = feature.mode === 'enforce' ? 'was stopped' : 'was seen, and goes on: the feature is in observe mode';
  const summary = `${WHAT[reason] ?? 'A runaway'} in ${feature.name} (${template}) ${stopped}.`;
  try {
    await ports.alerts.publish({ kind: reason, scope, owner: feature.owner, summary, evidence });
  } catch (error) {
    ports.log('alert_not_sent', { scope }, error);
  }
}

const WHAT: Readonly<Partial<Record<RefusalReason, string>>> = {
  loop_detected: 'A loop',
  run_limit: 'A run over its limit',
  runaway_spend: 'Runaway spend',
};

/** As it stands, where the call has not entered it. */
async function runOf({ feature, request }: Plan, ports: RoutePorts): Promise<RunState | undefined> {
  if (request.run === undefined) return undefined;
  return ports.runs.read(feature.name, request.run).catch(() => undefined);
}

/** What the run has cost until now, at most, and the call that is stopped. */
function moneyOf(run: RunState | undefined, entered: Entered | undefined): Evidence {
  if (run === undefined) return {};
  const burnedUsd = picoToUsd(run.spentPico - (entered?.wantPico ?? 0n));
  return { burnedUsd, runCalls: run.calls, ...(entered === undefined ? {} : { stoppedUsd: picoToUsd(entered.wantPico) }) };
}
