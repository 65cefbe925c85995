import { type Refusal, refuse } from './errors.ts';
import type { Gate } from './gate.ts';
import { featureOf, featureScope } from './gate-tree.ts';
import { pausedRefusal } from './override/override.ts';
import { templateScope } from './override/scope.ts';

/** The whole feature, where a template's name would stand. */
export const WHOLE_FEATURE = '*';
/** A pause without an end, where a number has to stand. */
export const FOREVER_MS = Date.UTC(2100, 0, 1);
/** The reason that an operator's pause writes into a run's breaker. */
export const PAUSED_RUN = 'paused';

/** When a stored pause ends; undefined: when somebody resumes. */
export const endOfPause = (untilMs: number | undefined): number | undefined =>
  untilMs === undefined || untilMs >= FOREVER_MS ? undefined : untilMs;

/** What stops a template, or a feature as a whole. `reason`: a breaker's, and no operator's. */
type Stop = { readonly scope: string; readonly untilMs: number | undefined; readonly reason?: string };

/** What in a leaf stops a call of this template, admitted then; the store's own condition asks the same. */
export function pauseInGate(gate: Gate, template: string | undefined, atMs: number): Stop | undefined {
  const feature = featureOf(gate.scope) ?? '';
  const ends = (part: string) => gate.pauses[part] ?? 0;
  if (ends(WHOLE_FEATURE) > atMs) return { scope: featureScope(feature), untilMs: endOfPause(ends(WHOLE_FEATURE)) };
  if (template === undefined || ends(template) <= atMs) return undefined;
  const reason = gate.tripped[template];
  const stop: Stop = { scope: templateScope(feature, template), untilMs: endOfPause(ends(template)) };
  return reason === undefined ? stop : { ...stop, reason };
}

/** Not `breaker_open`, which an environment remembers of the feature as a whole. */
export function stopRefusal({ scope, untilMs, reason }: Stop): Refusal {
  if (reason === undefined) return pausedRefusal(scope, untilMs);
  return refuse('runaway_spend', `the breaker of ${scope} is open`, { scope, rule: reason }, untilMs);
}
