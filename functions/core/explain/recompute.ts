import type { LedgerEntry } from '../ledger.ts';
import type { PicoUsd } from '../money.ts';
import { METERS, type Meter, meteredPico } from '../price-book.ts';
import { addUsage } from '../usage.ts';

/** The tokens of one meter at the entry's own unit price. */
export type MeterLine = { readonly meter: Meter; readonly tokens: number; readonly unitPricePico: PicoUsd; readonly costPico: PicoUsd };

/**
 * What an entry has to cost by its own facts. `tokens`: tokens x unit prices. `whole_hold`: usage unknown. `proof`: what the tokens cost by
 * later proof, less what was booked first. Undefined where a correction stands without the entry that it corrects.
 */
export type Recomputed = {
  readonly basis: 'tokens' | 'whole_hold' | 'proof';
  readonly lines: readonly MeterLine[];
  readonly costPico: PicoUsd | undefined;
  /** Of a correction: what its attempt cost by later proof. */
  readonly provenPico?: PicoUsd;
  /** Whether that is what was booked. */
  readonly agrees: boolean;
};

/** Recomputes one entry. `corrected`: the entry of the same attempt that a correction corrects. */
export function recompute(entry: LedgerEntry, corrected?: LedgerEntry): Recomputed {
  const lines = METERS.flatMap((meter) => {
    const tokens = entry.usage[meter];
    const unitPricePico = entry.unitPrices[meter];
    return tokens === 0 ? [] : [{ meter, tokens, unitPricePico, costPico: BigInt(tokens) * unitPricePico }];
  });
  const due = expected(entry, corrected);
  return { ...due, lines, agrees: due.costPico === entry.costPico };
}

function expected(entry: LedgerEntry, corrected: LedgerEntry | undefined): Pick<Recomputed, 'basis' | 'costPico' | 'provenPico'> {
  if (entry.kind === 'settled') return { basis: 'tokens', costPico: meteredPico(entry.usage, entry.unitPrices) };
  if (entry.kind === 'assumed') return { basis: 'whole_hold', costPico: entry.holdPico };
  if (corrected === undefined) return { basis: 'proof', costPico: undefined };
  // What one of them does not say of the usage, the other does.
  const provenPico = meteredPico(addUsage(corrected.usage, entry.usage), entry.unitPrices);
  return { basis: 'proof', costPico: provenPico - corrected.costPico, provenPico };
}
