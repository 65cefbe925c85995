import { describe, expect, it } from 'vitest';
import { picoToUsd } from '../../functions/core/money.ts';
import { costOf, findPrice, METERS } from '../../functions/core/price-book.ts';
import { ownPrices } from '../../lib/configuration/own-prices.ts';
import { priceRows } from '../../lib/prices/price-rows.ts';
import { type GoldenPrice, goldenModel } from '../support/golden-price.ts';
import { GOLDEN_PRICES } from '../support/golden-prices.ts';

/** The sum of products that `because` states, in pico-dollars: what a person with a pencil would get. */
function penciled(because: string): bigint {
  const products = because.split(';')[0]?.split(' + ') ?? [];
  return products.reduce((sum, product) => {
    const [, tokens = '0', whole = '0', fraction = ''] = /^([\d,]+) x (\d+)(?:\.(\d+))?$/.exec(product) ?? [];
    return sum + BigInt(tokens.replaceAll(',', '')) * BigInt(whole + fraction.padEnd(6, '0'));
  }, 0n);
}

const rowsOf = ({ provider, id, base, own }: GoldenPrice) => (own === undefined ? priceRows(provider, base ?? id) : ownPrices(own));

describe('a price of the golden table', () => {
  it.each(GOLDEN_PRICES)('of $provider/$id, $mode, $at, is $costUsd USD: $because', (golden) => {
    const row = findPrice(rowsOf(golden), golden.mode, Date.parse(golden.at));
    expect(row).toBeDefined();
    if (row === undefined) return;
    const { costPico, unitPrices } = costOf(golden.usage, row);
    expect(unitPrices).toEqual(golden.unitPrices);
    expect(picoToUsd(costPico)).toBe(golden.costUsd);
  });

  it.each(GOLDEN_PRICES)('of $provider/$id, $mode, $at, is that of the model as configured', (golden) => {
    const row = findPrice(goldenModel('m', golden).prices, golden.mode, Date.parse(golden.at));
    expect(row === undefined ? undefined : picoToUsd(costOf(golden.usage, row).costPico)).toBe(golden.costUsd);
  });
});

describe('the golden table', () => {
  it('adds up on paper', () => {
    for (const { because, costUsd } of GOLDEN_PRICES) expect(picoToUsd(penciled(because)), because).toBe(costUsd);
  });

  it('has enough of every kind: modes, meters, providers, dates, own prices, ARNs', () => {
    expect(GOLDEN_PRICES.length).toBeGreaterThanOrEqual(100);
    const distinct = (of: (golden: GoldenPrice) => string) => new Set(GOLDEN_PRICES.map(of));
    expect(distinct(({ mode }) => mode)).toEqual(new Set(['on_demand', 'batch', 'flex', 'priority']));
    expect(distinct(({ provider }) => provider)).toEqual(new Set(['bedrock', 'anthropic', 'google', 'openai']));
    expect(distinct(({ at }) => at).size).toBeGreaterThan(8);
    for (const meter of METERS) expect(GOLDEN_PRICES.filter(({ usage }) => usage[meter] > 0).length).toBeGreaterThan(15);
    expect(GOLDEN_PRICES.filter(({ id }) => id.startsWith('arn:'))).toHaveLength(6);
    expect(GOLDEN_PRICES.filter(({ own }) => own !== undefined)).toHaveLength(9);
  });
});
