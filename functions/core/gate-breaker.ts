import { type BreakerPolicy, type BreakerState, probed, trip } from './breaker.ts';
import { DAY_MS } from './calendar.ts';
import type { Refusal } from './errors.ts';
import type { BreakerFields, Scope } from './gate.ts';
import type { FeatureSettings } from './settings.ts';

export const breakerPolicy = (feature: Pick<FeatureSettings, 'loop'>): BreakerPolicy => ({
  coolDownMs: feature.loop.coolDownMs,
  maxCoolDownMs: DAY_MS,
});

/** A gate's breaker fields as the state machine of breaker.ts. */
export function stateOf({ openUntilMs, probeId, trips }: BreakerFields): BreakerState {
  if (openUntilMs === undefined) return { phase: 'closed', trips };
  return probeId === undefined
    ? { phase: 'open', untilMs: openUntilMs, trips }
    : { phase: 'probing', untilMs: openUntilMs, trips, probeId };
}

/** And back: what the gate stores. */
export function fieldsOf(state: BreakerState, reason: string | undefined): BreakerFields {
  if (state.phase === 'closed') return { trips: state.trips };
  return {
    openUntilMs: state.untilMs,
    ...(state.phase === 'probing' ? { probeId: state.probeId } : {}),
    trips: state.trips,
    ...(reason === undefined ? {} : { reason }),
  };
}

/** The fields after a trip, or undefined when the breaker is not closed: then somebody else has tripped it. */
export function trippedFields(seen: BreakerFields, reason: string, policy: BreakerPolicy, nowMs: number): BreakerFields | undefined {
  const state = stateOf(seen);
  return state.phase === 'closed' ? fieldsOf(trip(state, policy, nowMs), reason) : undefined;
}

/** The fields after this probe's outcome, or undefined when another probe owns the breaker by now. */
export function probedFields(
  seen: BreakerFields,
  probeId: string,
  healthy: boolean,
  policy: BreakerPolicy,
  nowMs: number,
): BreakerFields | undefined {
  const state = stateOf(seen);
  const next = probed(state, probeId, healthy, policy, nowMs);
  return next === state ? undefined : fieldsOf(next, seen.reason);
}

/** The refusal that an open breaker gives. */
export function breakerRefusal(scope: Scope, { openUntilMs, reason, trips }: BreakerFields, nowMs: number): Refusal {
  return {
    reason: 'breaker_open',
    message: `the breaker of ${scope} is open${reason === undefined ? '' : ` after ${reason}`}; it lets one call through when it has cooled down`,
    retryAtMs: Math.max(openUntilMs ?? nowMs, nowMs + 1000),
    evidence: { scope, trips, ...(reason === undefined ? {} : { rule: reason }) },
  };
}
