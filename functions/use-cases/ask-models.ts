import { refuse } from '../core/errors.ts';
import type { Arm } from '../core/ledger.ts';
import { type AttemptPlan, type Plan, planAttempt } from '../core/route-plan.ts';
import { modelsFor, nextTry, type Try } from '../core/upstream.ts';
import { admitCall } from './admit-call.ts';
import type { HeldMoney } from './hold-money.ts';
import type { Emit, RoutePorts } from './route-ports.ts';
import { type Attempted, type Marks, runAttempt } from './run-attempt.ts';

/** The decision, or its first alternative that is up while its own model is known to be down. */
export function whoIsUp({ decision, feature }: Plan, { health, now }: RoutePorts): { model: string; arm: Arm; reason: string } {
  const isUp = (model: string) => !health.isDown(model, now());
  const up = modelsFor(decision.model, decision.arm, feature.route).find(isUp);
  return up === undefined || up === decision.model ? decision : { ...decision, model: up, reason: 'fallback' };
}

/** All attempts of one tier, in order; the last one answered, or all failed. */
export type Asked = { readonly attempts: readonly [Attempted, ...Attempted[]]; readonly last: Attempted };

/**
 * Asks the tier's model on money already held; while it is down, asks again after a jittered moment, then its alternatives. Few tries, inside the
 * request's time, each with a hold of its own, and an entry where anything may have been billed.
 */
export async function askModels(
  plan: Plan,
  first: AttemptPlan,
  held: HeldMoney,
  marks: Marks,
  ports: RoutePorts,
  emit?: Emit,
): Promise<Asked> {
  const models = modelsFor(first.model.name, first.arm, plan.feature.route);
  const attempts: [Attempted, ...Attempted[]] = [note(await runAttempt(plan, first, held, marks, ports, emit), ports)];
  const tries: Try[] = [];
  for (let last = attempts[0]; ; ) {
    if (last.kind === 'answered') return { attempts, last };
    tries.push({ model: last.attempt.model.name, failure: last.failure });
    const leftMs = plan.admittedAtMs + ports.settings.timeoutSeconds * 1000 - ports.now();
    const isDown = (model: string) => ports.health.isDown(model, ports.now());
    const next = nextTry(tries, models, { leftMs, random: ports.random(), isDown });
    if (next === undefined) return { attempts, last: models.length > 1 ? allDown(last, tries) : last };
    await ports.sleep(next.afterMs);
    const again = await tryAgain(plan, { first, last, model: next.model }, marks, ports, emit);
    if (again === undefined) return { attempts, last };
    last = note(again, ports);
    attempts.push(last);
  }
}

type Again = { readonly first: AttemptPlan; readonly last: Attempted; readonly model: string };

/** Undefined: there is no money for another attempt, or no store to hold it. The failure before it stands. */
async function tryAgain(
  plan: Plan,
  { first, last, model }: Again,
  marks: Marks,
  ports: RoutePorts,
  emit?: Emit,
): Promise<Attempted | undefined> {
  const reason = model === first.model.name ? first.reason : 'fallback';
  const number = last.attempt.attempt + 1;
  const attempt = planAttempt(plan, ports.settings, { number, model, arm: first.arm, reason, escalated: first.escalated });
  if (!('bounds' in attempt)) return undefined;
  try {
    const admission = await admitCall(plan, attempt, marks.fingerprint, ports);
    return admission.kind === 'admitted' ? await runAttempt(plan, attempt, admission.held, marks, ports, emit) : undefined;
  } catch (error) {
    ports.log('retry_refused', { requestId: plan.requestId }, error);
    return undefined;
  }
}

function note(attempted: Attempted, ports: RoutePorts): Attempted {
  const { name } = attempted.attempt.model;
  if (attempted.kind === 'answered') ports.health.answered(name);
  else if (attempted.failure !== 'final') ports.health.failed(name, ports.now());
  return attempted;
}

/** The refusal of the last, said of all that were asked. Where one alone was asked, for the others refuse the input or cannot be held, it stands. */
function allDown(last: Extract<Attempted, { kind: 'failed' }>, tries: readonly Try[]): Attempted {
  const asked = [...new Set(tries.map(({ model }) => model))];
  if (asked.length < 2 || last.failure === 'final') return last;
  const { retryAtMs } = last.refusal;
  const message = 'the model of this tier and its alternatives are down: try again later';
  return { ...last, refusal: refuse('all_models_down', message, { models: asked.join(', ') }, retryAtMs) };
}
