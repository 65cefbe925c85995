import type { Refusal } from '../core/errors.ts';
import { type PicoUsd, picoToUsd } from '../core/money.ts';
import type { Known } from './known-overrides.ts';

type Spent = { readonly day: string; readonly neededPico: PicoUsd; readonly refusal: Refusal };

/**
 * Final refusals, remembered for as long as what they were judged by is known: up to 2 s, and no longer than a raise takes to be seen. A caller
 * that hammers an empty budget then costs no store operations. No money lives here, only that there was none.
 */
const spentByKnowledge = new WeakMap<Known, Map<string, Spent>>();

type Need = { readonly feature: string; readonly day: string; readonly floorPico: PicoUsd };

/** The refusal that a smaller or equal need of this feature got a moment ago, or undefined. */
export function recallSpent(known: Known | undefined, { feature, day, floorPico }: Need): Refusal | undefined {
  const spent = known === undefined ? undefined : spentByKnowledge.get(known)?.get(feature);
  if (spent === undefined || spent.day !== day || floorPico < spent.neededPico) return undefined;
  return { ...spent.refusal, evidence: { ...spent.refusal.evidence, neededUsd: picoToUsd(floorPico) } };
}

/** Remembers that the budget is exhausted; money held by calls in flight may come back any moment and is not remembered. */
export function rememberSpent(known: Known, { feature, day, floorPico }: Need, refusal: Refusal): void {
  if (refusal.reason !== 'budget_exhausted') return;
  const spent = spentByKnowledge.get(known) ?? new Map<string, Spent>();
  spentByKnowledge.set(known, spent.set(feature, { day, neededPico: floorPico, refusal }));
}
