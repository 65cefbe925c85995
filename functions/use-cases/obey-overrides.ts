import type { Refusal } from '../core/errors.ts';
import { isAllowed, pausedRefusal, pauseOf } from '../core/override/override.ts';
import { scopesOf } from '../core/override/scope.ts';
import type { Plan } from '../core/route-plan.ts';
import type { Known } from './known-overrides.ts';
import type { RoutePorts } from './route-ports.ts';

/** The refusal of a call of this model that an operator has paused, by any of its scopes; in observe mode too, for it is a person's order. */
export function pauseRefusal(plan: Plan, model: string, known: Known | undefined, nowMs: number): Refusal | undefined {
  const pause = known === undefined ? undefined : pauseOf(known.overrides, scopesOfCall(plan, model), nowMs);
  return pause === undefined ? undefined : pausedRefusal(pause.scope, pause.untilMs);
}

/**
 * Whether an operator has exempted the call from one of these rules. Asked only of a call that a rule stops, so that the others pay nothing. An
 * exemption that cannot be read is none.
 */
export async function isExempt(plan: Plan, rules: readonly string[], ports: RoutePorts): Promise<boolean> {
  try {
    const { overrides } = await ports.overrides.current();
    return isAllowed(overrides, scopesOfCall(plan, plan.decision.model), rules, ports.now());
  } catch (error) {
    ports.log('overrides_unread', { requestId: plan.requestId }, error);
    return false;
  }
}

const scopesOfCall = ({ feature, template, request, keyId }: Plan, model: string): string[] =>
  scopesOf({ team: feature.team, feature: feature.name, template, model, run: request.run, key: keyId });
