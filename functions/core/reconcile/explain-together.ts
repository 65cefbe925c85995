import { addDays } from '../calendar.ts';
import { type PicoUsd, sumPico } from '../money.ts';
import { agrees, type Compared, driftOf, type Judging, ratioOf, sameRatio, sameTokens } from './classify.ts';
import type { Why } from './why.ts';

export type Explained = Compared & { readonly why: Why };

/** Longest run of days over which the same money may be billed on another day than it was booked: a batch waits a day and may run for one. */
const MOST_DAYS = 4;
/** Of the largest difference in a run, what may be left over when all are added up: a twentieth. Else days that drift the same way by little would cancel. */
const LEFT_OVER = 20n;
const EXPLAINED_ALONE: ReadonlySet<Why> = new Set(['unmapped', 'not_in_bill_yet']);

/** What rows differ by together, which none shows alone: money that moved between days, a discount on everything. */
export const explainTogether = (rows: readonly Explained[], judging: Judging): Explained[] =>
  withDiscount(withOtherDays(rows, judging), judging);

/** Days of one series whose differences cancel out differ by the day alone. */
function withOtherDays(rows: readonly Explained[], judging: Judging): Explained[] {
  const series = Map.groupBy(rows, ({ place: { model, feature, mode, unmapped } }) => JSON.stringify([model, feature, mode, unmapped]));
  const moved = new Set<Explained>();
  for (const each of series.values()) {
    const days = each.toSorted((a, b) => (a.place.day < b.place.day ? -1 : 1));
    for (const [at, row] of days.entries())
      if (!moved.has(row)) for (const found of cancellingRun(days.slice(at, at + MOST_DAYS), judging)) moved.add(found);
  }
  return rows.map((row) => (moved.has(row) && row.why !== 'matches' ? { ...row, why: 'other_day' } : row));
}

/** The shortest run of neighbouring days, from the first on, over which bill and ledger agree; empty where there is none. */
function cancellingRun([first, ...rest]: readonly Explained[], judging: Judging): readonly Explained[] {
  if (first === undefined || first.why === 'matches' || EXPLAINED_ALONE.has(first.why)) return [];
  const run = [first];
  for (const row of rest) {
    if (EXPLAINED_ALONE.has(row.why) || row.place.day !== addDays(first.place.day, run.length)) return [];
    run.push(row);
    if (cancels(run.map(driftOf)) && agreeTogether(run, judging)) return run;
  }
  return [];
}

/** What is left over is within the tolerance of the whole run too: a twentieth of a large move would be real money. */
const agreeTogether = (run: readonly Explained[], { toleranceMillionths }: Judging): boolean =>
  agrees(sumPico(run.map(({ billed }) => billed.costPico)), sumPico(run.map(({ booked }) => booked.costPico)), toleranceMillionths);

function cancels(drifts: readonly PicoUsd[]): boolean {
  const magnitude = (drift: PicoUsd): PicoUsd => (drift < 0n ? -drift : drift);
  const left = magnitude(sumPico(drifts));
  return drifts.some((drift) => left * LEFT_OVER <= magnitude(drift));
}

/** The same tokens at the same share of our price in at least two models, and at our price in none: a discount. */
function withDiscount(rows: readonly Explained[], { toleranceMillionths }: Judging): Explained[] {
  const sameWork = rows.filter((row) => row.booked.costPico > 0n && sameTokens(row, toleranceMillionths));
  const ratios = sameWork.map(({ billed, booked }) => ratioOf(billed.costPico, booked.costPico));
  const [share] = ratios;
  const models = new Set(sameWork.map(({ place }) => place.model));
  if (share === undefined || share >= 1_000_000n || models.size < 2 || !ratios.every((ratio) => sameRatio(ratio, share))) return [...rows];
  return rows.map((row) => (row.why === 'price_differs' ? { ...row, why: 'discount' } : row));
}
