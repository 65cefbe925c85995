import { correctionOf } from '../core/correction.ts';
import type { LedgerEntry } from '../core/ledger.ts';
import { type HeldMoney, type HoldOutcome, type HoldRequest, holdMoney, unholdMoney } from './hold-money.ts';
import type { HoldPorts } from './money-ports.ts';
import { RunCosts } from './run-costs.ts';
import { settleMoney, settleProbe } from './settle-money.ts';

/** The three moves of money around one attempt: before the call, instead of it, after it. */
export type MoneyDesk = {
  hold(request: HoldRequest): Promise<HoldOutcome>;
  unhold(held: HeldMoney): Promise<void>;
  /** Records the entry and settles the leaf with the entry that won. Answers what the ledger now says: the winner, or this one where it corrects it. */
  settle(held: HeldMoney, entry: LedgerEntry): Promise<LedgerEntry>;
};

/** The moves over the stores. A probe is healthy when the provider said what it used; one that was never made leaves its lease to run out. */
export function moneyDesk(ports: HoldPorts, runCosts = new RunCosts()): MoneyDesk {
  return {
    async hold(request) {
      const outcome = await holdMoney(request, ports);
      if (outcome.kind === 'held') runCosts.ofHold(outcome, outcome.hold.amountPico);
      return outcome;
    },
    async unhold(held) {
      await unholdMoney(held, ports);
      runCosts.ofHold(held, -held.hold.amountPico);
    },
    async settle(held, entry) {
      const winner = await settleMoney(held, entry, ports);
      runCosts.ofHold(held, winner.costPico - held.hold.amountPico);
      if (held.probe) await settleProbe(held, entry.kind === 'settled', ports);
      return correctionOf(winner, entry) === undefined ? winner : entry;
    },
  };
}
