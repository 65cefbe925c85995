import { type BreakerState, coolDownMs } from './breaker.ts';
import type { Gate, Scope } from './gate.ts';
import { breakerPolicy, stateOf } from './gate-breaker.ts';
import { featureScope, leavesOf } from './gate-tree.ts';
import { templateScope } from './override/scope.ts';
import type { FeatureSettings } from './settings.ts';

/** A breaker that stops calls, for people. `cooled_down`: the next call is let through as a probe. */
export type OpenBreaker = {
  readonly scope: Scope;
  readonly state: 'open' | 'cooled_down' | 'probing';
  readonly reason: string;
  /** Undefined while it is probing: the trip's own time is not kept. */
  readonly sinceMs: number | undefined;
  readonly untilMs: number;
  readonly trips: number;
};

/** The open breakers of a feature and its templates; of a split one, that of the gate that decides, else of the shards that are still open. */
export function openBreakersOf(feature: FeatureSettings, gates: ReadonlyMap<Scope, Gate>, nowMs: number): OpenBreaker[] {
  const own = featureScope(feature.name);
  const opened = [...new Set([own, ...leavesOf(feature)])].flatMap((scope): OpenBreaker[] => {
    const breaker = gates.get(scope)?.breaker ?? { trips: 0 };
    const state = stateOf(breaker);
    if (state.phase === 'closed') return [];
    const since = state.phase === 'open' ? state.untilMs - coolDownMs(breakerPolicy(feature), state.trips) : undefined;
    const { untilMs, trips } = state;
    return [{ scope, state: wordOf(state, nowMs), reason: breaker.reason ?? 'tripped', sinceMs: since, untilMs, trips }];
  });
  const decides = opened.find(({ scope }) => scope === own);
  return [...(decides === undefined ? opened : [decides]), ...openTemplates(feature, gates.get(own), nowMs)];
}

/** Templates have no probes: what has cooled down is closed. */
function openTemplates({ name, loop }: FeatureSettings, gate: Gate | undefined, nowMs: number): OpenBreaker[] {
  return Object.entries(gate?.tripped ?? {}).flatMap(([template, reason]): OpenBreaker[] => {
    const untilMs = gate?.pauses[template] ?? 0;
    if (untilMs <= nowMs) return [];
    return [{ scope: templateScope(name, template), state: 'open', reason, sinceMs: untilMs - loop.coolDownMs, untilMs, trips: 1 }];
  });
}

function wordOf(state: Exclude<BreakerState, { phase: 'closed' }>, nowMs: number): OpenBreaker['state'] {
  if (nowMs >= state.untilMs) return 'cooled_down';
  return state.phase;
}
