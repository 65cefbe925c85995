import type { LedgerEntry } from '../../functions/core/ledger.ts';
import { sumPico } from '../../functions/core/money.ts';

/** The ledger against what callers were told. `differing` counts requests whose receipt and entries disagree. */
export type LedgerCheck = {
  readonly requests: number;
  readonly receiptsPico: bigint;
  /** Entries of requests with a receipt. */
  readonly ledgerPico: bigint;
  /** Entries of this replay that no receipt came back for: calls that broke off after they were paid. */
  readonly unreceiptedPico: bigint;
  readonly unreceipted: number;
  readonly differing: readonly string[];
};

/** Sums this replay's entries, to the pico-dollar. Entries of others are recognised by their version, and left out. */
export function checkLedger(entries: Iterable<LedgerEntry>, receipts: ReadonlyMap<string, bigint>, replayVersion: string): LedgerCheck {
  const booked = new Map<string, bigint>();
  for (const { templateVersion, requestId, costPico } of entries) {
    if (templateVersion === replayVersion) booked.set(requestId, (booked.get(requestId) ?? 0n) + costPico);
  }
  const unreceipted = [...booked].filter(([requestId]) => !receipts.has(requestId)).map(([, cost]) => cost);
  const unreceiptedPico = sumPico(unreceipted);
  return {
    requests: receipts.size,
    receiptsPico: sumPico(receipts.values()),
    ledgerPico: sumPico(booked.values()) - unreceiptedPico,
    unreceiptedPico,
    unreceipted: unreceipted.length,
    differing: [...receipts].filter(([requestId, cost]) => (booked.get(requestId) ?? 0n) !== cost).map(([requestId]) => requestId),
  };
}

/** The books balance: every receipt is in the ledger, and nothing without a receipt but what lost calls explain. */
export const balances = (check: LedgerCheck, lostCalls: number): boolean =>
  check.receiptsPico === check.ledgerPico && check.differing.length === 0 && check.unreceipted <= lostCalls;
