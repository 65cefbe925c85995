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
import { type Entered, tripRun } from './trip-run.ts';

/** What a guard found: a refusal that enforce mode gives and observe mode only reports, or a warning for the receipt. */
export type Guarded = { readonly refusal?: Refusal; readonly warnings: readonly ('loop_suspected' | 'run_unusual' | 'spend_unusual')[] };
const SOUND: Guarded = { warnings: [] };

/** Judges the conversation itself: no store is asked unless a loop is found. */
export async function guardConversation(plan: Plan, ports: RoutePorts): Promise<Guarded> {
  return guarded(judgeConversation(plan.request.messages, plan.feature.loop), plan, ports);
}

/** Judges the run's requests as they are after this call has entered it. */
export async function guardRun(plan: Plan, entered: Entered, fingerprint: string, ports: RoutePorts): Promise<Guarded> {
  const verdict = judgeRequests(entered.run.fingerprints, fingerprint, plan.feature.loop.identicalRequests);
  return guarded(verdict, plan, ports, { run: plan.request.run ?? '' }, entered);
}

async function guarded(
  verdict: LoopVerdict | undefined,
  plan: Plan,
  ports: RoutePorts,
  of: Evidence = {},
  entered?: Entered,
): Promise<Guarded> {
  if (verdict === undefined) return SOUND;
  if (verdict.level === 'warn') return { warnings: ['loop_suspected'] };
  if (await isExempt(plan, [verdict.rule, 'loop_detected'], ports)) return SOUND;
  const { rule, tool, times, window, identity } = verdict;
  const { name, loop } = plan.feature;
  const refusal = refuse(
    'loop_detected',
    'this conversation repeats itself without progress: change what the agent does, or name a tool that is polled on purpose in loop.polling',
    { rule, ...of, ...(tool === undefined ? {} : { tool: tool.slice(0, 64) }), times, window, feature: name },
    ports.now() + loop.coolDownMs,
  );
  const same = canonicalJson([rule, ...Object.values(of), identity]);
  await tripRun(plan, ports, { refusal, identity: same, opens: true, ...(entered === undefined ? {} : { entered }) });
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
