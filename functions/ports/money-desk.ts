import type { Refusal } from '../core/errors.ts';
import type { Hold, Scope } from '../core/gate.ts';
import type { LedgerEntry } from '../core/ledger.ts';
import type { PicoUsd } from '../core/money.ts';

export type HoldRequest = {
  readonly feature: string;
  readonly callId: string;
  readonly attempt: number;
  readonly wantPico: PicoUsd;
  /** Below this the call is not worth making: between the two, what fits is held. */
  readonly floorPico: PicoUsd;
  readonly template: string;
  readonly model: string;
  readonly run?: string;
  readonly admittedAtMs: number;
  readonly deadlineMs: number;
};

/** Money held in a leaf. `probe`: this call also tests an open breaker. */
export type HeldMoney = {
  readonly kind: 'held';
  readonly leaf: Scope;
  readonly hold: Hold;
  readonly probe: boolean;
  readonly wouldRefuse?: Refusal;
  readonly remaining: readonly { readonly scope: Scope; readonly remainingPico: PicoUsd }[];
};

/** The three moves of money around one attempt: before the call, instead of it, after it. Bound to the stores by the composition root. */
export type MoneyDesk = {
  hold(request: HoldRequest): Promise<HeldMoney | { readonly kind: 'refused'; readonly refusal: Refusal }>;
  unhold(held: HeldMoney): Promise<void>;
  /** Records the entry, settles the leaf with the entry that won, and answers that entry. */
  settle(held: HeldMoney, entry: LedgerEntry): Promise<LedgerEntry>;
};
