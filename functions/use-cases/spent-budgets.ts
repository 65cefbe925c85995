import type { Refusal } from '../core/errors.ts';
import { type PicoUsd, picoToUsd } from '../core/money.ts';
import type { GateStore } from '../ports/gate-store.ts';

/** How long a final refusal is remembered: a caller that hammers an empty budget then costs no store operations. */
const REMEMBER_MS = 2000;

type Spent = { readonly day: string; readonly neededPico: PicoUsd; readonly untilMs: number; readonly refusal: Refusal };

/** Per environment, by the store that it talks to. No money lives here, only that there was none: at worst a call is refused 2 s too long. */
const spentByStore = new WeakMap<GateStore, Map<string, Spent>>();

type Need = { readonly feature: string; readonly day: string; readonly floorPico: PicoUsd };

/** The refusal that a smaller or equal need of this feature got a moment ago, or undefined. */
export function recallSpent(gates: GateStore, { feature, day, floorPico }: Need, nowMs: number): Refusal | undefined {
  const spent = spentByStore.get(gates)?.get(feature);
  if (spent === undefined || spent.day !== day || spent.untilMs <= nowMs || floorPico < spent.neededPico) return undefined;
  return { ...spent.refusal, evidence: { ...spent.refusal.evidence, neededUsd: picoToUsd(floorPico) } };
}

/** Remembers that the budget is exhausted; money held by calls in flight may come back any moment and is not remembered. */
export function rememberSpent(gates: GateStore, { feature, day, floorPico }: Need, refusal: Refusal, nowMs: number): void {
  if (refusal.reason !== 'budget_exhausted') return;
  const known = spentByStore.get(gates) ?? new Map<string, Spent>();
  spentByStore.set(gates, known.set(feature, { day, neededPico: floorPico, untilMs: nowMs + REMEMBER_MS, refusal }));
}
