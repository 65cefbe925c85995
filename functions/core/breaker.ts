/** The breaker as a value: (state, event, now) -> state. Nothing here holds state; the caller stores what it returns, by one conditional write. */
export type BreakerState =
  | { readonly phase: 'closed'; readonly trips: number }
  | { readonly phase: 'open'; readonly untilMs: number; readonly trips: number }
  | { readonly phase: 'probing'; readonly untilMs: number; readonly trips: number; readonly probeId: string };

export type BreakerPolicy = { readonly coolDownMs: number; readonly maxCoolDownMs: number };

export type Admission =
  | { readonly kind: 'admitted'; readonly state: BreakerState; readonly probe: boolean }
  | { readonly kind: 'refused'; readonly retryAtMs: number };

export const CLOSED: BreakerState = { phase: 'closed', trips: 0 };

/** The cool-down after this many trips in a row: doubled each time, up to the bound. */
export const coolDownMs = (policy: BreakerPolicy, trips: number): number =>
  Math.min(policy.maxCoolDownMs, policy.coolDownMs * 2 ** Math.min(30, Math.max(0, trips - 1)));

/** Lets a call pass a closed breaker; after a cool-down exactly one, as the probe. */
export function admit(state: BreakerState, callId: string, policy: BreakerPolicy, nowMs: number): Admission {
  if (state.phase === 'closed') return { kind: 'admitted', state, probe: false };
  if (nowMs < state.untilMs) return { kind: 'refused', retryAtMs: state.untilMs };
  // The probe's own lease: if the environment that holds it dies, another may probe after one cool-down.
  const untilMs = nowMs + policy.coolDownMs;
  return { kind: 'admitted', state: { phase: 'probing', untilMs, trips: state.trips, probeId: callId }, probe: true };
}

/** Opens a closed breaker. One that is open stays as it is: only the first of many tripping callers changes anything. */
export function trip(state: BreakerState, policy: BreakerPolicy, nowMs: number): BreakerState {
  if (state.phase !== 'closed') return state;
  const trips = state.trips + 1;
  return { phase: 'open', untilMs: nowMs + coolDownMs(policy, trips), trips };
}

/** What the probe found. Anybody else's outcome changes nothing. */
export function probed(state: BreakerState, callId: string, healthy: boolean, policy: BreakerPolicy, nowMs: number): BreakerState {
  if (state.phase !== 'probing' || state.probeId !== callId) return state;
  if (healthy) return CLOSED;
  const trips = state.trips + 1;
  return { phase: 'open', untilMs: nowMs + coolDownMs(policy, trips), trips };
}
