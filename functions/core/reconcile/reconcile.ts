import { maxPico, type PicoUsd, sumPico } from '../money.ts';
import type { BillReading } from './bill-line.ts';
import type { BillSum, Sum } from './bill-sum.ts';
import { agrees, classify, driftOf, type Judging } from './classify.ts';
import { type Explained, explainTogether } from './explain-together.ts';
import type { LedgerSum } from './ledger-sum.ts';
import { NOTHING } from './side.ts';
import type { Why } from './why.ts';

export type Verdict = 'matches' | 'drift' | 'nothing_to_compare';

/** A bill against the ledger, place by place. Rows, `setAside`, other services and the days before the ledger make up the bill's total, exactly. */
export type Reconciliation = {
  readonly verdict: Verdict;
  /** UTC days compared, both included; undefined: none. */
  readonly days: { readonly first: string; readonly last: string } | undefined;
  /** The largest difference first. */
  readonly rows: readonly Explained[];
  readonly billedPico: PicoUsd;
  readonly bookedPico: PicoUsd;
  /** Usage billed on days before the first that the ledger knows. */
  readonly beforeLedgerPico: PicoUsd;
};

/** Differences that ask nothing of anybody. */
const EXCUSED: ReadonlySet<Why> = new Set(['matches', 'not_in_bill_yet', 'other_day']);

/** Compares what was added up. `tolerance` is the share, in millionths, that a difference may have of the larger side. */
export function reconcile(
  bill: BillSum,
  ledger: LedgerSum,
  { settings }: BillReading,
  options: { readonly toleranceMillionths: bigint; readonly exportedAtMs: number },
): Reconciliation {
  const first = bill.days === undefined || ledger.firstDay === undefined ? undefined : later(bill.days.first, ledger.firstDay);
  const compared = ({ place }: Sum): boolean => first !== undefined && place.day >= first;
  const beforeLedgerPico = sumPico([...bill.usage.values()].filter((sum) => !compared(sum)).map(({ side }) => side.costPico));
  const places = [...new Set([...bill.usage.keys(), ...ledger.usage.keys()])].flatMap((key) => {
    const [billed, booked] = [bill.usage.get(key), ledger.usage.get(key)];
    const sum = billed ?? booked;
    if (sum === undefined || !compared(sum)) return [];
    return [{ place: sum.place, billed: billed?.side ?? NOTHING, booked: booked?.side ?? NOTHING }];
  });
  const unmapped = Map.groupBy(
    places.filter(({ place }) => place.unmapped),
    ({ place }) => place.day,
  );
  const judging: Judging = {
    ...options,
    unmappedOn: (day) => sumPico((unmapped.get(day) ?? []).map(({ billed }) => billed.costPico)),
    isFeature: (name) => Object.hasOwn(settings.features, name),
  };
  const rows = explainTogether(
    places.map((each) => ({ ...each, why: classify(each, judging) })),
    judging,
  ).toSorted(largestFirst);
  return {
    ...{ verdict: verdictOf(rows, judging), rows, beforeLedgerPico },
    days: first === undefined || bill.days === undefined || first > bill.days.last ? undefined : { first, last: bill.days.last },
    billedPico: sumPico(rows.map(({ billed }) => billed.costPico)),
    bookedPico: sumPico(rows.map(({ booked }) => booked.costPico)),
  };
}

const later = (a: string, b: string): string => (a > b ? a : b);

/** Ties by place, so that the order of the input does not show. */
function largestFirst(a: Explained, b: Explained): number {
  const [left, right] = [a, b].map((row) => maxPico(driftOf(row), -driftOf(row)));
  if (left !== undefined && right !== undefined && left !== right) return left < right ? 1 : -1;
  return JSON.stringify(a.place) < JSON.stringify(b.place) ? -1 : 1;
}

/** A cent is nobody's work. Small differences that nobody sees in a row may still be money together. */
function verdictOf(rows: readonly Explained[], { toleranceMillionths }: Judging): Verdict {
  if (rows.length === 0) return 'nothing_to_compare';
  const isSmall = (row: Explained): boolean => row.why === 'matches' || agrees(row.billed.costPico, row.booked.costPico, 0n);
  const small = rows.filter(isSmall);
  const [billed, booked] = [sumPico(small.map((row) => row.billed.costPico)), sumPico(small.map((row) => row.booked.costPico))];
  const excused = rows.every((row) => EXCUSED.has(row.why) || isSmall(row));
  return excused && agrees(billed, booked, toleranceMillionths) ? 'matches' : 'drift';
}
