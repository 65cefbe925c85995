import type { LedgerEntry } from '../ledger.ts';
import { type PicoUsd, sumPico } from '../money.ts';
import type { Settings } from '../settings.ts';
import { type PriceSince, priceSince } from './price-since.ts';
import { reasonInWords } from './reason-words.ts';
import { type Recomputed, recompute } from './recompute.ts';

/** One entry of a request, with everything that can be said about it. */
export type ExplainedEntry = {
  readonly entry: LedgerEntry;
  readonly why: string;
  readonly recomputed: Recomputed;
  readonly price: PriceSince;
};

/** A request, entry by entry: its attempts in order, each followed by what later proof changed. */
export type Explanation = { readonly entries: readonly ExplainedEntry[]; readonly costPico: PicoUsd; readonly agrees: boolean };

export function explain(entries: readonly LedgerEntry[], settings: Settings): Explanation {
  const ordered = entries.toSorted((a, b) => a.attempt - b.attempt || Number(a.kind === 'correction') - Number(b.kind === 'correction'));
  const explained = ordered.map((entry) => ({
    entry,
    why: reasonInWords(entry.reason),
    recomputed: recompute(entry, entry.kind === 'correction' ? bookedFirst(entry, ordered) : undefined),
    price: priceSince(entry, settings),
  }));
  return {
    entries: explained,
    costPico: sumPico(ordered.map(({ costPico }) => costPico)),
    agrees: explained.every(({ recomputed }) => recomputed.agrees),
  };
}

const bookedFirst = ({ attempt }: LedgerEntry, entries: readonly LedgerEntry[]): LedgerEntry | undefined =>
  entries.find((other) => other.attempt === attempt && other.kind !== 'correction');
