import { canonicalJson } from '../core/canonical-json.ts';
import { type Evidence, type Refusal, refuse } from '../core/errors.ts';
import { findLoop, timesSeen } from '../core/loop.ts';
import { type Plan, promptOf } from '../core/route-plan.ts';
import type { RunState } from '../ports/run-store.ts';
import type { RoutePorts } from './route-ports.ts';

/** Judges the conversation itself: no store is asked unless a loop is found. In observe mode the refusal is only reported. */
export async function guardConversation(plan: Plan, ports: RoutePorts): Promise<Refusal | undefined> {
  const loop = findLoop(plan.request.messages, plan.feature.loop);
  if (loop === undefined) return undefined;
  const evidence = { rule: 'identical_tool_results', tool: loop.tool.slice(0, 64), times: loop.times };
  return tripLoop(plan, ports, evidence, canonicalJson(['pair', loop.pair]));
}

/** Judges the run as it is after this call has entered it. */
export async function guardRun(plan: Plan, run: RunState, fingerprint: string, ports: RoutePorts): Promise<Refusal | undefined> {
  const { loop } = plan.feature;
  const times = timesSeen(run.fingerprints, fingerprint);
  if (times >= loop.identicalRequests) {
    const evidence = { rule: 'identical_requests', run: plan.request.run ?? '', times };
    return tripLoop(plan, ports, evidence, canonicalJson(['request', plan.request.run, fingerprint]));
  }
  if (loop.maxCallsPerRun === undefined || run.calls <= loop.maxCallsPerRun) return undefined;
  const evidence = { run: plan.request.run ?? '', calls: run.calls, allowedCalls: loop.maxCallsPerRun };
  return refuse('run_limit', 'the run has made all the calls that its feature allows', evidence);
}

/** The refusal of a run whose breaker somebody has opened. */
export const runIsOpen = (plan: Plan, run: RunState): Refusal =>
  refuse(
    'breaker_open',
    'the breaker of this run is open: end the loop, or start a new run',
    { scope: `run:${plan.request.run ?? ''}`, rule: run.reason ?? 'tripped' },
    run.openUntilMs,
  );

/** Keyed hash of what a model would be asked: equal requests are equal in it. */
export const requestFingerprint = (plan: Plan, ports: RoutePorts): Promise<string> =>
  ports.fingerprints.of(canonicalJson(['request', plan.feature.name, plan.template, promptOf(plan.request)]));

/**
 * Trips the explicit run's breaker. Without a run, or in observe mode, there is no breaker to trip: the loop itself is marked, so that
 * of all the callers that see it exactly one alerts.
 */
async function tripLoop(plan: Plan, ports: RoutePorts, evidence: Evidence, identity: string): Promise<Refusal> {
  const { feature, request } = plan;
  const nowMs = ports.now();
  const refusal = refuse(
    'loop_detected',
    'this conversation repeats itself without progress: change what the agent does, then go on',
    { ...evidence, feature: feature.name },
    nowMs + feature.loop.coolDownMs,
  );
  try {
    const explicit = feature.mode === 'enforce' ? request.run : undefined;
    // '#' is in no run's name, so a mark is never mistaken for a run.
    const run = explicit ?? `loop#${await ports.fingerprints.of(identity)}`;
    const memory = `loop:${feature.name}/${run}`;
    if (ports.breakers.recall(memory, nowMs) !== undefined) return refusal;
    ports.breakers.remember(memory, refusal, nowMs);
    const trip = { untilMs: nowMs + feature.loop.coolDownMs, reason: 'loop_detected', atMs: nowMs };
    if ((await ports.runs.trip(feature.name, run, trip)) === 'changed') await alertOwner(plan, ports, refusal);
  } catch (error) {
    ports.log('loop_not_marked', { feature: feature.name }, error);
  }
  return refusal;
}

async function alertOwner({ feature, template, request }: Plan, ports: RoutePorts, refusal: Refusal): Promise<void> {
  const scope = request.run === undefined ? `template:${feature.name}/${template}` : `run:${request.run}`;
  const stopped = feature.mode === 'enforce' ? 'was stopped' : 'was seen, and goes on: the feature is in observe mode';
  const summary = `A loop in ${feature.name} (${template}) ${stopped}.`;
  try {
    await ports.alerts.publish({ kind: 'loop_detected', scope, owner: feature.owner, summary, evidence: refusal.evidence });
  } catch (error) {
    ports.log('alert_not_sent', { scope }, error);
  }
}
