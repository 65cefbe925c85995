import type { LedgerEntry } from './ledger.ts';
import { NO_USAGE, promptTokens } from './usage.ts';

/**
 * What later proof of an assumed call changes: from the whole hold to what it cost. Undefined where nothing was assumed, or nothing is proven. It
 * belongs to the owner, hour and day of the entry that it corrects, and carries the usage that is missing there.
 */
export function correctionOf(booked: LedgerEntry, proof: LedgerEntry): LedgerEntry | undefined {
  if (booked.kind !== 'assumed' || proof.kind !== 'settled') return undefined;
  const known = promptTokens(booked.usage) + booked.usage.output > 0;
  const { feature, template, owner, team, day, hour, admittedAtMs } = booked;
  return {
    ...proof,
    ...{ feature, template, owner, team, day, hour, admittedAtMs },
    kind: 'correction',
    usage: known ? NO_USAGE : proof.usage,
    costPico: proof.costPico - booked.costPico,
    holdPico: 0n,
  };
}
