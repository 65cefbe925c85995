import { monthOf } from './calendar.ts';
import { type Refusal, refuse } from './errors.ts';
import { type Gate, type Scope, transferKey } from './gate.ts';
import { maxPico, minPico, type PicoUsd, picoToUsd, sumPico } from './money.ts';
import type { Caps } from './settings.ts';

/** The days that an amount counts in: fixed at admission. */
export type Period = { readonly day: string; readonly hour?: string };
export type CapPeriod = 'hourly' | 'daily' | 'monthly';

/** One cap of one gate against what is committed under it. */
export type CapUse = { readonly scope: Scope; readonly period: CapPeriod; readonly capPico: PicoUsd; readonly committedPico: PicoUsd };

export function capUses(gate: Gate, caps: Caps, { day, hour }: Period): CapUse[] {
  const { scope } = gate;
  const uses: CapUse[] = [];
  if (caps.hourlyPico !== undefined && hour !== undefined)
    uses.push({ scope, period: 'hourly', capPico: caps.hourlyPico, committedPico: gate.committedByHour[hour] ?? 0n });
  if (caps.dailyPico !== undefined)
    uses.push({ scope, period: 'daily', capPico: caps.dailyPico, committedPico: gate.committedByDay[day] ?? 0n });
  if (caps.monthlyPico !== undefined)
    uses.push({ scope, period: 'monthly', capPico: caps.monthlyPico, committedPico: gate.committedByMonth[monthOf(day)] ?? 0n });
  return uses;
}

export const leftOf = (use: CapUse): PicoUsd => use.capPico - use.committedPico;

/** The cap with the least left, or undefined where there is none. */
export function tightest(uses: readonly CapUse[]): CapUse | undefined {
  return uses.toSorted((a, b) => (leftOf(a) < leftOf(b) ? -1 : leftOf(a) > leftOf(b) ? 1 : 0))[0];
}

/** cap - amount for each cap: what may be committed before a write of this amount. Negative: the amount is larger than the cap, do not send it. */
export function roomFor(caps: Caps, amountPico: PicoUsd): { hourPico?: PicoUsd; dayPico?: PicoUsd; monthPico?: PicoUsd } {
  return {
    ...(caps.hourlyPico === undefined ? {} : { hourPico: caps.hourlyPico - amountPico }),
    ...(caps.dailyPico === undefined ? {} : { dayPico: caps.dailyPico - amountPico }),
    ...(caps.monthlyPico === undefined ? {} : { monthPico: caps.monthlyPico - amountPico }),
  };
}

export const allowanceOf = (gate: Gate, day: string): PicoUsd => gate.allowance[day] ?? 0n;

/** Granted by the parent and not yet received by the child: anybody may finish it. */
export const pendingDown = (parent: Gate, child: Gate, day: string): PicoUsd =>
  (parent.granted[transferKey(child.scope, day)] ?? 0n) - (child.received[day] ?? 0n);

/** Returned by the child and not yet accepted by the parent. */
export const pendingUp = (parent: Gate, child: Gate, day: string): PicoUsd =>
  (child.returned[day] ?? 0n) - (parent.acceptedBack[transferKey(child.scope, day)] ?? 0n);

/** Whether nothing of the day is left to give back to the parent, or on its way. Below zero is observe mode's debt: nobody pays it for a past day. */
export const isReturned = (gate: Gate, parent: Gate, day: string): boolean =>
  allowanceOf(gate, day) <= 0n && pendingDown(parent, gate, day) <= 0n && pendingUp(parent, gate, day) <= 0n;

/** Money of calls in flight that may come back within seconds. Chunks are not counted: they take hours. */
export const inFlight = (gate: Gate, day: string): PicoUsd =>
  sumPico(gate.holds.filter((hold) => hold.day === day && !hold.claimed).map((hold) => hold.amountPico));

/** A grant is at least a twentieth of what the parent has left: few round trips, little money stranded in idle children. */
const CHUNK_DIVISOR = 20n;
/** Where nothing bounds the parent: that many times the need. */
const UNBOUNDED_CHUNK = 20n;

/**
 * How much to move down: the whole need and a chunk more, else what is left if that reaches the least need, else nothing.
 * `remainder` and `usable` (what the child can spend under its own caps) are undefined where no cap bounds them.
 */
export function grantSize(ask: { least: PicoUsd; most: PicoUsd }, remainder: PicoUsd | undefined, usable: PicoUsd | undefined): PicoUsd {
  const bounded = (amount: PicoUsd) => (usable === undefined ? amount : minPico(amount, maxPico(usable, ask.most)));
  if (remainder === undefined) return bounded(ask.most * UNBOUNDED_CHUNK);
  if (remainder >= ask.most) return minPico(remainder, bounded(maxPico(ask.most, remainder / CHUNK_DIVISOR)));
  return remainder > 0n && remainder >= ask.least ? remainder : 0n;
}

/** The refusal for a cap that stands in the way: `budget_held` when calls in flight hold the money, else `budget_exhausted`. */
export function budgetRefusal(use: CapUse, neededPico: PicoUsd, held: boolean, retryAtMs?: number): Refusal {
  const { scope, period } = use;
  const message = held
    ? `the ${period} budget of ${scope} is held by calls in flight; try again in a second`
    : `the ${period} budget of ${scope} does not cover this call; raise it, shorten the call, or wait for the next period`;
  return {
    reason: held ? 'budget_held' : 'budget_exhausted',
    message,
    ...(retryAtMs === undefined ? {} : { retryAtMs }),
    evidence: {
      scope,
      period,
      capUsd: picoToUsd(use.capPico),
      committedUsd: picoToUsd(use.committedPico),
      neededUsd: picoToUsd(neededPico),
    },
  };
}

/** The refusal for a race that was lost too often, whatever the budget has left. */
export const contendedRefusal = (scope: Scope, nowMs: number): Refusal =>
  refuse('budget_held', `many calls move money in ${scope} at once; try again in a second`, { scope }, nowMs + 1000);
