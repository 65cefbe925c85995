import { maxPico, type PicoUsd, sumPico } from '../money.ts';
import type { Explained } from './explain-together.ts';

export type Total<Key> = Key & { readonly rows: number; readonly billedPico: PicoUsd; readonly bookedPico: PicoUsd };

/** Rows added up by what `keyOf` says of each, the dearest first. The sums of all are the rows' sums. */
export function totalsBy<Key extends object>(rows: readonly Explained[], keyOf: (row: Explained) => Key): Total<Key>[] {
  const groups = Map.groupBy(rows, (row) => JSON.stringify(keyOf(row)));
  const totals = [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, members]) => {
      const [first] = members;
      if (first === undefined) return [];
      const billedPico = sumPico(members.map(({ billed }) => billed.costPico));
      return [{ ...keyOf(first), rows: members.length, billedPico, bookedPico: sumPico(members.map(({ booked }) => booked.costPico)) }];
    });
  const size = ({ billedPico, bookedPico }: Total<Key>): PicoUsd => maxPico(billedPico, bookedPico);
  return totals.toSorted((a, b) => (size(a) === size(b) ? 0 : size(a) < size(b) ? 1 : -1));
}
