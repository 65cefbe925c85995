/**
 * The breaker as a value: (state, event, now) -> state. Nothing here holds state; the caller stores what it returns, by one conditional write.
 * From open to probing it goes by the gate's own write, which admits exactly one call when the cool-down is over.
 */
export type BreakerState =
  | { readonly phase: 'closed'; readonly trips: number }
  | { readonly phase: 'open'; readonly untilMs: number; readonly trips: number }
  | { readonly phase: 'probing'; readonly untilMs: number; readonly trips: number; readonly probeId: string };

export type BreakerPolicy = { readonly coolDownMs: number; readonly maxCoolDownMs: number };

export const CLOSED: BreakerState = { phase: 'closed', trips: 0 };

/** The cool-down after this many trips in a row: doubled each time, up to the bound. */
export const coolDownMs = (policy: BreakerPolicy, trips: number): number =>
  Math.min(policy.maxCoolDownMs, policy.coolDownMs * 2 ** Math.min(30, Math.max(0, trips - 1)));

/** Opens a closed breaker. One that is open stays as it is: only the first of many tripping callers changes anything. */
export function trip(state: BreakerState, policy: BreakerPolicy, nowMs: number): BreakerState {
  return state.phase === 'closed' ? openedAgain(state, policy, nowMs) : state;
}

/** What the probe found. Anybody else's outcome changes nothing. */
export function probed(state: BreakerState, callId: string, healthy: boolean, policy: BreakerPolicy, nowMs: number): BreakerState {
  if (state.phase !== 'probing' || state.probeId !== callId) return state;
  return healthy ? CLOSED : openedAgain(state, policy, nowMs);
}

function openedAgain(state: BreakerState, policy: BreakerPolicy, nowMs: number): BreakerState {
  const trips = state.trips + 1;
  return { phase: 'open', untilMs: nowMs + coolDownMs(policy, trips), trips };
}
