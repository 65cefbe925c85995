import { allowanceOf, budgetRefusal, capUses, inFlight, leftOf, type Period, tightest } from './budget.ts';
import type { Refusal } from './errors.ts';
import type { Gate, Hold } from './gate.ts';
import { breakerRefusal } from './gate-breaker.ts';
import { pauseInGate, stopRefusal } from './gate-pause.ts';
import { minPico, type PicoUsd } from './money.ts';
import type { Caps } from './settings.ts';

/** What to do about a hold that the leaf refused, now that the leaf has been read. */
export type HoldDecision =
  /** It is there: the answer of an earlier write was lost. */
  | { readonly kind: 'adopt'; readonly hold: Hold; readonly probe: boolean }
  | { readonly kind: 'refuse'; readonly refusal: Refusal }
  /** Only money of calls in flight stands in the way: it may come back. */
  | { readonly kind: 'wait'; readonly refusal: Refusal }
  /** Caps and allowance suffice for this amount: somebody was faster. */
  | { readonly kind: 'hold'; readonly amountPico: PicoUsd; readonly probeFrom?: number }
  | { readonly kind: 'replenish'; readonly amountPico: PicoUsd };

export type HoldWish = Period & {
  readonly holdId: string;
  readonly template: string;
  readonly wantPico: PicoUsd;
  readonly floorPico: PicoUsd;
  readonly admittedAtMs: number;
};

/** Fit before refuse: the largest amount between floor and want that the leaf's own caps leave. */
export function decideHold(gate: Gate, caps: Caps, wish: HoldWish, nowMs: number): HoldDecision {
  const own = gate.holds.find((hold) => hold.id === wish.holdId);
  if (own !== undefined && !own.claimed) return { kind: 'adopt', hold: own, probe: gate.breaker.probeId === own.id };
  if (own !== undefined || gate.watermarkMs >= wish.admittedAtMs) return { kind: 'refuse', refusal: overtaken(gate, nowMs) };
  const paused = pauseInGate(gate, wish.template, wish.admittedAtMs);
  if (paused !== undefined) return { kind: 'refuse', refusal: stopRefusal(paused) };
  const { openUntilMs } = gate.breaker;
  if (openUntilMs !== undefined && openUntilMs > nowMs) return { kind: 'refuse', refusal: breakerRefusal(gate.scope, gate.breaker, nowMs) };
  const use = tightest(capUses(gate, caps, wish));
  const left = use === undefined ? wish.wantPico : leftOf(use);
  if (use !== undefined && left < wish.floorPico) {
    const comesBack = left + inFlight(gate, wish.day) >= wish.floorPico;
    return {
      kind: comesBack ? 'wait' : 'refuse',
      refusal: budgetRefusal(use, wish.floorPico, comesBack, comesBack ? nowMs + 1000 : undefined),
    };
  }
  const amountPico = minPico(wish.wantPico, left);
  if (allowanceOf(gate, wish.day) < amountPico) return { kind: 'replenish', amountPico };
  return { kind: 'hold', amountPico, ...(openUntilMs === undefined ? {} : { probeFrom: openUntilMs }) };
}

/** The call was overtaken by the resolver (it took longer than its own deadline to be admitted): it must come again as a new call. */
const overtaken = (gate: Gate, nowMs: number): Refusal => ({
  reason: 'budget_held',
  message: 'this call was admitted too late to be safe; send it again as a new call',
  retryAtMs: nowMs,
  evidence: { scope: gate.scope },
});
