import { findPrice, isStale, PRICE_MODES } from './price-book.ts';
import type { Settings } from './settings.ts';

/** The configured models whose price in force was read more than 90 days ago, with the oldest day: their cost may be wrong until somebody looks. */
export function stalePrices({ models }: Pick<Settings, 'models'>, nowMs: number): { readonly model: string; readonly asOf: string }[] {
  return Object.values(models).flatMap(({ name, prices }) => {
    const stale = PRICE_MODES.map((mode) => findPrice(prices, mode, nowMs)).filter((row) => row !== undefined && isStale(row, nowMs));
    const [oldest] = stale.flatMap((row) => row?.asOf ?? []).toSorted();
    return oldest === undefined ? [] : [{ model: name, asOf: oldest }];
  });
}
