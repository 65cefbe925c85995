import type { PicoUsd } from '../money.ts';
import { type BillLine, type BillReading, type Place, readBillRow } from './bill-line.ts';
import type { BillRow } from './bill-row.ts';
import { shown } from './shown.ts';
import { addCost, NOTHING, type Side } from './side.ts';

export type Sum = { readonly place: Place; readonly side: Side };

/** A bill, added up. Usage, what is set aside and other services make up the total: nothing is dropped, nothing is in two of them. */
export type BillSum = {
  readonly rows: number;
  readonly totalPico: PicoUsd;
  readonly usage: ReadonlyMap<string, Sum>;
  readonly setAside: ReadonlyMap<string, PicoUsd>;
  readonly otherServicesPico: PicoUsd;
  /** First and last day with usage of anything; undefined: none. */
  readonly days: { readonly first: string; readonly last: string } | undefined;
  /** `<day> <model>` of which the bill names features. */
  readonly attributed: ReadonlySet<string>;
};

export const placeKey = ({ day, model, feature, mode, unmapped }: Place): string => JSON.stringify([day, model, feature, mode, unmapped]);
export const dayAndModel = ({ day, model }: Pick<Place, 'day' | 'model'>): string => `${day} ${model}`;

/** Different words of the bill (models, features, types of line), after which the rest share one: a file cannot make the memory grow. */
const MOST_WORDS = 10_000;
const FURTHER_WORDS = '(further names)';

/** Adds a bill up row by row: memory grows with its days, models and features, not with its rows. The same rows in any order, the same sums. */
export class BillFold {
  readonly #reading: BillReading;
  readonly #usage = new Map<string, Sum>();
  readonly #setAside = new Map<string, PicoUsd>();
  readonly #words = new Set<string>();
  readonly #attributed = new Set<string>();
  #rows = 0;
  #totalPico: PicoUsd = 0n;
  #otherServicesPico: PicoUsd = 0n;
  #first: string | undefined;
  #last: string | undefined;

  constructor(reading: BillReading) {
    this.#reading = reading;
  }

  add(row: BillRow): void {
    this.#rows += 1;
    this.#totalPico += row.costPico;
    const line = readBillRow(row, this.#reading);
    if (line.kind === 'set_aside') {
      const word = this.#bounded(line.lineType);
      this.#setAside.set(word, (this.#setAside.get(word) ?? 0n) + line.costPico);
      return;
    }
    if (this.#first === undefined || row.day < this.#first) this.#first = row.day;
    if (this.#last === undefined || row.day > this.#last) this.#last = row.day;
    if (line.kind === 'other_service') this.#otherServicesPico += line.costPico;
    else this.#addUsage(line);
  }

  sum(): BillSum {
    const days = this.#first === undefined || this.#last === undefined ? undefined : { first: this.#first, last: this.#last };
    return {
      ...{ rows: this.#rows, totalPico: this.#totalPico, usage: this.#usage, setAside: this.#setAside, days },
      ...{ otherServicesPico: this.#otherServicesPico, attributed: this.#attributed },
    };
  }

  #addUsage({ place: given, costPico, meter, tokens }: Extract<BillLine, { kind: 'usage' }>): void {
    const place = { ...given, model: this.#bounded(given.model), feature: this.#bounded(given.feature) };
    const key = placeKey(place);
    this.#usage.set(key, { place, side: addCost(this.#usage.get(key)?.side ?? NOTHING, costPico, meter, tokens) });
    if (place.feature !== '') this.#attributed.add(dayAndModel(place));
  }

  #bounded(given: string): string {
    const word = shown(given);
    if (this.#words.size >= MOST_WORDS && !this.#words.has(word)) return FURTHER_WORDS;
    this.#words.add(word);
    return word;
  }
}
