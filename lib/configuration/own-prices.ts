import { PRICE_MODES, type PriceMode, type PriceRow, type UnitPrices } from '../../functions/core/price-book.ts';
import type { ModelShape } from './model-shape.ts';
import type { DatedPriceShape, MetersShape, ModePriceShape } from './price-shape.ts';

/** A price without a day holds from here on. */
const ALWAYS = '2020-01-01';

/** The dated prices of a configuration, one alone being a list of one. */
export const datedPrices = (price: NonNullable<ModelShape['price']>): readonly DatedPriceShape[] =>
  Array.isArray(price) ? price : [price];

/** The prices of one mode; undefined where the configuration gives none. */
export const modePriceOf = (price: DatedPriceShape, mode: PriceMode): ModePriceShape | undefined =>
  mode === 'on_demand' ? price : price[mode];

/** The configuration's own prices as rows, in place of the price book's. */
export function ownPrices(price: NonNullable<ModelShape['price']>): PriceRow[] {
  return datedPrices(price).flatMap((dated) =>
    PRICE_MODES.flatMap((mode) => {
      const prices = modePriceOf(dated, mode);
      return prices === undefined ? [] : [ownRow(mode, prices, dated)];
    }),
  );
}

function ownRow(mode: PriceMode, prices: ModePriceShape, { from = ALWAYS, asOf, source = 'spillway.yaml' }: DatedPriceShape): PriceRow {
  const { longPrompt } = prices;
  return {
    ...{ mode, from, prices: unitPrices(prices) },
    ...(longPrompt === undefined ? {} : { longPrompt: { aboveTokens: longPrompt.aboveTokens, prices: unitPrices(longPrompt) } }),
    ...(asOf === undefined ? {} : { asOf }),
    source,
  };
}

/** USD per million tokens times 10^6 is micro-dollars per million: pico-dollars per token. The schema allows at most 6 decimals. */
const pico = (usdPerMillion: number): bigint => BigInt(Math.round(usdPerMillion * 1e6));

function unitPrices({ input, output, cacheRead = input, cacheWrite5m = input, cacheWrite1h = cacheWrite5m }: MetersShape): UnitPrices {
  return {
    input: pico(input),
    output: pico(output),
    cacheRead: pico(cacheRead),
    cacheWrite5m: pico(cacheWrite5m),
    cacheWrite1h: pico(cacheWrite1h),
  };
}
