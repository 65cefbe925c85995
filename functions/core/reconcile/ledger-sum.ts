import type { PicoUsd } from '../money.ts';
import type { Rollup } from '../rollup.ts';
import type { BillReading, Place } from './bill-line.ts';
import { type BillSum, dayAndModel, placeKey, type Sum } from './bill-sum.ts';
import { addRollup, NOTHING } from './side.ts';

/** The ledger of the bill's days, put where the bill would have it. `usage` and what is left out make up the ledger of those days. */
export type LedgerSum = {
  readonly usage: ReadonlyMap<string, Sum>;
  /** First UTC day with usage, of all that was added. */
  readonly firstDay: string | undefined;
  /** Booked with models that AWS does not bill. */
  readonly otherProvidersPico: PicoUsd;
  /** Booked where the export has nothing to compare with: calls without a tag, in an export by tag alone. */
  readonly notInExportPico: PicoUsd;
};

/** Adds up the ledger rollup by rollup, by UTC day as bills do. The same rollups in any order, the same sums. */
export class LedgerFold {
  readonly #bill: BillSum;
  readonly #reading: BillReading;
  readonly #usage = new Map<string, Sum>();
  #firstDay: string | undefined;
  #otherProvidersPico: PicoUsd = 0n;
  #notInExportPico: PicoUsd = 0n;

  constructor(bill: BillSum, reading: BillReading) {
    this.#bill = bill;
    this.#reading = reading;
  }

  add(rollup: Rollup): void {
    const day = rollup.hour.slice(0, 10);
    if (this.#firstDay === undefined || day < this.#firstDay) this.#firstDay = day;
    const { days } = this.#bill;
    if (days === undefined || day < days.first || day > days.last) return;
    const place = bookedPlace(day, rollup, this.#bill, this.#reading);
    if (place === 'other_provider') this.#otherProvidersPico += rollup.costPico;
    else if (place === 'not_in_export') this.#notInExportPico += rollup.costPico;
    else {
      const key = placeKey(place);
      this.#usage.set(key, { place, side: addRollup(this.#usage.get(key)?.side ?? NOTHING, rollup) });
    }
  }

  sum(): LedgerSum {
    return {
      ...{ usage: this.#usage, firstDay: this.#firstDay },
      ...{ otherProvidersPico: this.#otherProvidersPico, notInExportPico: this.#notInExportPico },
    };
  }
}

/**
 * A feature is compared by its own name where its calls go through its profile and the bill names features of that model that day. All else
 * of a model and day (batches, calls without a profile, days before tags were activated) is compared as one.
 */
function bookedPlace(day: string, rollup: Rollup, { attributed, usage }: BillSum, { shape, models }: BillReading) {
  if (rollup.provider !== 'bedrock') return 'other_provider';
  // By what was called: a name of the configuration may have meant another model that day.
  const model = shape.model ? (models.labelOfName(rollup.modelId) ?? rollup.modelId) : '';
  const mode = shape.mode ? rollup.mode : '';
  const own: Place = { day, model, feature: shape.feature && rollup.mode !== 'batch' ? rollup.feature : '', mode, unmapped: false };
  const byFeature = usage.has(placeKey(own)) || (attributed.has(dayAndModel(own)) && models.hasProfile(rollup.feature, rollup.model));
  if (own.feature === '' || !byFeature) return shape.model || !shape.feature ? { ...own, feature: '' } : 'not_in_export';
  return own;
}
