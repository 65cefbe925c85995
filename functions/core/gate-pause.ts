import type { Gate } from './gate.ts';
import { featureOf, featureScope } from './gate-tree.ts';
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

/** The pause in a leaf that stops a call of this template, admitted then; the store's own condition asks the same. */
export function pauseInGate(
  gate: Gate,
  template: string | undefined,
  atMs: number,
): { scope: string; untilMs: number | undefined } | undefined {
  const feature = featureOf(gate.scope) ?? '';
  const ends = (part: string) => gate.pauses[part] ?? 0;
  if (ends(WHOLE_FEATURE) > atMs) return { scope: featureScope(feature), untilMs: endOfPause(ends(WHOLE_FEATURE)) };
  if (template === undefined || ends(template) <= atMs) return undefined;
  return { scope: templateScope(feature, template), untilMs: endOfPause(ends(template)) };
}
