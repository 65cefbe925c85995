import type { RefusalReason } from './errors.ts';
import type { LedgerEntry } from './ledger.ts';
import { type PicoUsd, picoToUsd, sumPico } from './money.ts';
import type { Receipt } from './wire/route.ts';

export type ReceiptFacts = {
  /** Of the attempts that cost something, in order; the last one's model answered unless `answering` says otherwise. */
  readonly entries: readonly LedgerEntry[];
  readonly answering: LedgerEntry;
  /** Models asked, those that failed for nothing included. */
  readonly attempts: number;
  readonly maxTokensClampedTo?: number;
  readonly wouldRefuse?: RefusalReason;
  readonly budget: readonly { readonly scope: string; readonly remainingPico: PicoUsd }[];
  readonly warnings: readonly string[];
};

/** The receipt: exact, and over all attempts of the request. */
export function receiptOf({ entries, answering, attempts, budget, warnings, maxTokensClampedTo, wouldRefuse }: ReceiptFacts): Receipt {
  return {
    model: answering.model,
    arm: answering.arm,
    reason: answering.reason,
    escalated: entries.some((entry) => entry.escalated),
    attempts,
    costUsd: picoToUsd(sumPico(entries.map((entry) => entry.costPico))),
    holdUsd: picoToUsd(sumPico(entries.map((entry) => entry.holdPico))),
    ...(maxTokensClampedTo === undefined ? {} : { maxTokensClampedTo }),
    ...(wouldRefuse === undefined ? {} : { wouldRefuse }),
    budget: budget.map(({ scope, remainingPico }) => ({ scope, remainingUsd: picoToUsd(remainingPico) })),
    warnings: [...new Set(warnings)],
  };
}
