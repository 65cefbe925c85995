import { type PicoUsd, sumPico } from '../money.ts';

/** Fewer calls show nobody. */
const FEWEST_CALLS = 10;
const SHARE_PERCENT = 80n;

/**
 * The template to stop: the call's own where it asks for four fifths of its feature's money, as far as these calls show, or where none are given.
 * Undefined: the feature as a whole.
 */
export function culpritOf(calls: readonly { readonly template: string; readonly wantPico: PicoUsd }[], own: string): string | undefined {
  if (calls.length === 0) return own;
  const total = sumPico(calls.map(({ wantPico }) => wantPico));
  const ofOwn = sumPico(calls.flatMap(({ template, wantPico }) => (template === own ? [wantPico] : [])));
  return calls.length >= FEWEST_CALLS && 100n * ofOwn >= SHARE_PERCENT * total ? own : undefined;
}
