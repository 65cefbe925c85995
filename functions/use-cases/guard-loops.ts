import { canonicalJson } from '../core/canonical-json.ts';
import { type Evidence, type Refusal, refuse } from '../core/errors.ts';
import { judgeConversation } from '../core/loop/judge-conversation.ts';
import { judgeRequests } from '../core/loop/judge-requests.ts';
import type { LoopVerdict } from '../core/loop/verdict.ts';
import { withoutCallIds } from '../core/loop/without-call-ids.ts';
import { type Plan, promptOf } from '../core/route-plan.ts';
import type { RunState } from '../ports/run-store.ts';
import { isExempt } from './obey-overrides.ts';
import type { RoutePorts } from './route-ports.ts';

/** What a guard found: a refusal that enforce mode gives and observe mode only reports, or a warning for the receipt. */
export type Guarded = { readonly refusal?: Refusal; readonly warnings: readonly 'loop_suspected'[] };
const SOUND: Guarded = { warnings: [] };

/** Judges the conversation itself: no store is asked unless a loop is found. */
export async function guardConversation(plan: Plan, ports: RoutePorts): Promise<Guarded> {
  return guarded(judgeConversation(plan.request.messages, plan.feature.loop), plan, ports);
}

/** Judges the run as it is after this call has entered it. */
export async function guardRun(plan: Plan, run: RunState, fingerprint: string, ports: RoutePorts): Promise<Guarded> {
  const { loop } = plan.feature;
  const verdict = judgeRequests(run.fingerprints, fingerprint, loop.identicalRequests);
  const ofLoop = await guarded(verdict, plan, ports, { run: plan.request.run ?? '' });
  if (ofLoop.refusal !== undefined || loop.maxCallsPerRun === undefined || run.calls <= loop.maxCallsPerRun) return ofLoop;
  const evidence = { run: plan.request.run ?? '', calls: run.calls, allowedCalls: loop.maxCallsPerRun };
  const refusal = refuse('run_limit', 'the run has made all the calls that its feature allows', evidence);
  return { ...ofLoop, refusal };
}

async function guarded(verdict: LoopVerdict | undefined, plan: Plan, ports: RoutePorts, of: Evidence = {}): Promise<Guarded> {
  if (verdict === undefined) return SOUND;
  if (verdict.level === 'warn') return { warnings: ['loop_suspected'] };
  if (await isExempt(plan, [verdict.rule, 'loop_detected'], ports)) return SOUND;
  const { rule, tool, times, window, identity } = verdict;
  const evidence = { rule, ...of, ...(tool === undefined ? {} : { tool: tool.slice(0, 64) }), times, window };
  const refusal = await tripLoop(plan, ports, evidence, canonicalJson([rule, ...Object.values(of), identity]));
  return { refusal, warnings: [] };
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
  ports.fingerprints.of(canonicalJson(['request', plan.feature.name, plan.template, withoutCallIds(promptOf(plan.request))]));

/**
 * Trips the explicit run's breaker. Without a run, or in observe mode, there is no breaker to trip: the loop itself is marked, so that
 * of all the callers that see it exactly one alerts.
 */
async function tripLoop(plan: Plan, ports: RoutePorts, evidence: Evidence, identity: string): Promise<Refusal> {
  const { feature, request } = plan;
  const nowMs = ports.now();
  const refusal = refuse(
    'loop_detected',
    'this conversation repeats itself without progress: change what the agent does, or name a tool that is polled on purpose in loop.polling',
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
