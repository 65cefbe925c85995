import type { LedgerEntry } from '../ledger.ts';
import type { PicoUsd } from '../money.ts';
import { findPrice, METERS, type Meter, type PriceRow, type UnitPrices, unitPricesFor } from '../price-book.ts';
import type { Settings } from '../settings.ts';
import { promptTokens } from '../usage.ts';

/** What the settings in force now say about the price that an entry was booked at. */
export type PriceSince =
  | { readonly kind: 'same'; readonly row: PriceRow; readonly longPrompt: boolean }
  | { readonly kind: 'changed'; readonly row: PriceRow; readonly meters: readonly MeterChange[] }
  | { readonly kind: 'no_row' }
  | { readonly kind: 'model_gone' };
type MeterChange = { readonly meter: Meter; readonly thenPico: PicoUsd; readonly nowPico: PicoUsd };

/** Looks for the price row of the entry's model, mode and day, and compares. */
export function priceSince(entry: LedgerEntry, { models }: Pick<Settings, 'models'>): PriceSince {
  // By what was called: the name may mean another model by now, or the model have another name.
  const named = models[entry.model];
  const model = named?.modelId === entry.modelId ? named : Object.values(models).find(({ modelId }) => modelId === entry.modelId);
  if (model === undefined) return { kind: 'model_gone' };
  const row = findPrice(model.prices, entry.mode, entry.admittedAtMs);
  if (row === undefined) return { kind: 'no_row' };
  const tokens = promptTokens(entry.usage);
  // Without known usage an entry has the prices of its estimated length, which it does not keep.
  const tiers =
    tokens === 0 ? [row.prices, ...(row.longPrompt === undefined ? [] : [row.longPrompt.prices])] : [unitPricesFor(row, tokens)];
  const same = tiers.find((prices) => changes(entry.unitPrices, prices).length === 0);
  if (same !== undefined) return { kind: 'same', row, longPrompt: same === row.longPrompt?.prices };
  return { kind: 'changed', row, meters: changes(entry.unitPrices, tiers[0] ?? row.prices) };
}

const changes = (before: UnitPrices, now: UnitPrices): MeterChange[] =>
  METERS.filter((meter) => before[meter] !== now[meter]).map((meter) => ({ meter, thenPico: before[meter], nowPico: now[meter] }));
