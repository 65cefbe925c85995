import type { BreakerFields, ChunkHold, Gate, Hold, Scope } from '../core/gate.ts';
import type { PicoUsd } from '../core/money.ts';

/** `changed`: the write was applied. `refused`: its condition did not hold and nothing changed: read the gate and decide. */
export type GateWrite = 'changed' | 'refused';
/** A hold answers the gate as it is after the write, so that what is left costs no read of its own. */
export type HoldWrite = { readonly kind: 'changed'; readonly gate: Gate } | { readonly kind: 'refused' };

/** What bounds a write, as room under a cap BEFORE it: cap - amount. Absent: no such cap. */
export type Room = { readonly hourPico?: PicoUsd; readonly dayPico?: PicoUsd; readonly monthPico?: PicoUsd };

/**
 * Money gates: single-item conditional writes only, each idempotent by the hold's value or by a counter that only grows, so that a write
 * whose answer was lost may be repeated by anyone. Throws SpillwayError `store_unavailable`, never guesses.
 */
export type GateStore = {
  read(scope: Scope): Promise<Gate>;
  /** `debtAllowed` (observe mode) asks for neither caps nor allowance nor breaker, only for pauses; the allowance may go below zero. */
  hold(scope: Scope, hold: Hold, room: Room, options: { debtAllowed: boolean }): Promise<HoldWrite>;
  /** A hold that is at once the probe of an open breaker: passes only in place of `seenOpenUntilMs`. */
  probe(scope: Scope, hold: Hold, room: Room, lease: { seenOpenUntilMs: number; untilMs: number }): Promise<HoldWrite>;
  /** Gives back a hold that no call followed; only this very hold, unclaimed. */
  unhold(scope: Scope, hold: Hold): Promise<GateWrite>;
  /** A resolver takes over a hold past its deadline, and raises the watermark so that a late copy of the hold cannot land. */
  claim(scope: Scope, hold: Hold, watermarkMs: number): Promise<GateWrite>;
  /** Removes the hold and commits `realPico` (the winning entry's cost) in its place. */
  settle(scope: Scope, hold: Hold, realPico: PicoUsd): Promise<GateWrite>;
  grant(
    parent: Scope,
    transfer: { child: Scope; day: string; seenPico: PicoUsd; addPico: PicoUsd; spendsAllowance: boolean },
    room: Room,
  ): Promise<GateWrite>;
  take(child: Scope, transfer: { day: string; seenPico: PicoUsd; grantedPico: PicoUsd }): Promise<GateWrite>;
  giveBack(child: Scope, transfer: { day: string; seenPico: PicoUsd; addPico: PicoUsd }): Promise<GateWrite>;
  accept(
    parent: Scope,
    transfer: { child: Scope; day: string; seenPico: PicoUsd; returnedPico: PicoUsd; intoAllowance: boolean },
  ): Promise<GateWrite>;
  openChunk(scope: Scope, chunk: ChunkHold, room: Room, atMs: number): Promise<GateWrite>;
  /** The batch commit: the chunk's open hold becomes exactly `sealedPico` (never more than it held) and `sealed`. */
  sealChunk(scope: Scope, chunk: ChunkHold, sealedPico: PicoUsd, deadlineMs: number): Promise<GateWrite>;
  /** Removes a chunk's hold and commits what its records really cost. Only in the phase and amount given. */
  settleChunk(scope: Scope, chunk: ChunkHold, realPico: PicoUsd): Promise<GateWrite>;
  /** Replaces the breaker fields if they are still `seen`: one writer wins, and only it alerts. */
  setBreaker(scope: Scope, seen: BreakerFields, next: BreakerFields): Promise<GateWrite>;
  /** No call of this part (a template, or `*`) that is admitted before `untilMs` is held any more; undefined ends the pause. */
  setPause(scope: Scope, part: string, untilMs: number | undefined): Promise<void>;
  /** Stops a template that nothing stops yet: `changed` for exactly one of many tripping callers. No call admitted before `untilMs` passes. */
  tripTemplate(scope: Scope, template: string, trip: { untilMs: number; reason: string; atMs: number }): Promise<GateWrite>;
  /**
   * Drops the attributes of an audited, empty day. In this order, or a transfer could be finished twice: every parent's `granted`, then
   * every gate's `rest` from the leaves up.
   */
  forgetDay(
    scope: Scope,
    day: string,
    part: { kind: 'granted' | 'rest'; children: readonly Scope[]; hours: readonly string[] },
  ): Promise<void>;
};
