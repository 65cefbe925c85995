import type { Refusal } from '../core/errors.ts';
import type { Scope } from '../core/gate.ts';
import { type PicoUsd, picoToUsd } from '../core/money.ts';
import type { Known } from './known-overrides.ts';

type Spent = { readonly period: string; readonly neededPico: PicoUsd; readonly refusal: Refusal };

/**
 * Final refusals, remembered for as long as what they were judged by is known: up to 2 s, and no longer than a raise takes to be seen. A caller
 * that hammers an empty budget then costs no store operations. No money lives here, only that there was none.
 */
const spentByKnowledge = new WeakMap<Known, Map<string, Spent>>();

/** `leaf`: one shard of a split feature may be empty and the next not. `period`: its day, or its hour where the leaf has an hourly cap. */
type Need = { readonly leaf: Scope; readonly period: string; readonly floorPico: PicoUsd };

/** The refusal that a smaller or equal need of this leaf got a moment ago, or undefined. */
export function recallSpent(known: Known | undefined, { leaf, period, floorPico }: Need): Refusal | undefined {
  const spent = known === undefined ? undefined : spentByKnowledge.get(known)?.get(leaf);
  if (spent === undefined || spent.period !== period || floorPico < spent.neededPico) return undefined;
  return { ...spent.refusal, evidence: { ...spent.refusal.evidence, neededUsd: picoToUsd(floorPico) } };
}

/** Remembers that the budget is exhausted; money held by calls in flight may come back any moment and is not remembered. */
export function rememberSpent(known: Known, { leaf, period, floorPico }: Need, refusal: Refusal): void {
  if (refusal.reason !== 'budget_exhausted') return;
  const spent = spentByKnowledge.get(known) ?? new Map<string, Spent>();
  spentByKnowledge.set(known, spent.set(leaf, { period, neededPico: floorPico, refusal }));
}
