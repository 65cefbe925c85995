import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CacheWrite, costOf, METERS, type PriceRow, type UnitPrices, worstUnitPrices } from '../../functions/core/price-book.ts';
import { addUsage, NO_USAGE, promptTokens, type Usage } from '../../functions/core/usage.ts';
import { pricedModels } from '../../lib/prices/price-book-version.ts';
import { priceRows } from '../../lib/prices/price-rows.ts';

/** Every row of every model that is priced. */
const BOOK: readonly PriceRow[] = pricedModels().flatMap(({ provider, modelId }) => priceRows(provider, modelId));

const tokens = fc.oneof(fc.nat(5), fc.nat(400_000), fc.constantFrom(100_000, 100_001, 200_000, 200_001, 272_000, 272_001));
const usages: fc.Arbitrary<Usage> = fc
  .tuple(tokens, tokens, tokens, tokens, tokens)
  .map(([input, cacheRead, cacheWrite5m, cacheWrite1h, output]) => ({
    input,
    cacheRead,
    cacheWrite5m,
    cacheWrite1h,
    output,
    reasoning: 0,
  }));

/** Rows that no book has: any price may be the dearest, and a long prompt may be the cheaper one. */
const pico = fc.bigInt(0n, 30_000_000n);
const unitPrices: fc.Arbitrary<UnitPrices> = fc.record({
  ...{ input: pico, cacheRead: pico, cacheWrite5m: pico, cacheWrite1h: pico, output: pico },
});
const oddRows: fc.Arbitrary<PriceRow> = fc
  .tuple(unitPrices, fc.option(unitPrices), fc.constantFrom(0, 1, 100_000, 272_000), fc.boolean())
  .map(([prices, long, aboveTokens, unasked]) => ({
    ...{ mode: 'on_demand', from: '2020-01-01', source: 'made up', prices },
    ...(long === null ? {} : { longPrompt: { aboveTokens, prices: long } }),
    ...(unasked ? { implicitWrites: true } : {}),
  }));

const cost = (usage: Usage, row: PriceRow) => costOf(usage, row).costPico;
const isLong = (usage: Usage, { longPrompt }: PriceRow) => longPrompt !== undefined && promptTokens(usage) > longPrompt.aboveTokens;

/** The prompt's tokens counted only under what a request of this kind can be billed. */
function billed(usage: Usage, asked: CacheWrite, row: PriceRow): Usage {
  const { input, cacheWrite5m, cacheWrite1h } = usage;
  if (asked === '1h') return usage;
  if (asked === '5m' || row.implicitWrites === true) return { ...usage, cacheWrite5m: cacheWrite5m + cacheWrite1h, cacheWrite1h: 0 };
  return { ...usage, input: input + cacheWrite5m + cacheWrite1h, cacheWrite5m: 0, cacheWrite1h: 0 };
}

/** Whether what is held for these bounds pays for that usage. */
function isCovered(usage: Usage, row: PriceRow, asked: CacheWrite, spare: { input: number; output: number }): boolean {
  const real = billed(usage, asked, row);
  const inputTokens = promptTokens(real) + spare.input;
  const worst = worstUnitPrices(row, inputTokens, asked);
  const held = BigInt(inputTokens) * worst.inputPerTokenPico + BigInt(real.output + spare.output) * worst.outputPerTokenPico;
  return held >= cost(real, row);
}

const spares = fc.record({ input: tokens, output: tokens });
const asks = fc.constantFrom<CacheWrite>('none', '5m', '1h');

describe('the cost of tokens', () => {
  it('adds up: two usages cost together what they cost apart, within one price tier', () => {
    fc.assert(
      fc.property(usages, usages, (a, b) => {
        for (const row of BOOK) {
          const both = addUsage(a, b);
          if (new Set([a, b, both].map((usage) => isLong(usage, row))).size > 1) continue;
          expect(cost(both, row)).toBe(cost(a, row) + cost(b, row));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('never falls with a token more, of any meter, across a long-prompt limit too', () => {
    fc.assert(
      fc.property(usages, fc.constantFrom(...METERS), fc.integer({ min: 1, max: 300_000 }), (usage, meter, more) => {
        const larger = { ...usage, [meter]: usage[meter] + more };
        for (const row of BOOK) expect(cost(larger, row)).toBeGreaterThan(cost(usage, row));
      }),
      { numRuns: 50 },
    );
  });

  it('is never below nothing, and nothing for nothing', () => {
    for (const row of BOOK) expect(cost(NO_USAGE, row)).toBe(0n);
    fc.assert(fc.property(usages, oddRows, (usage, row) => cost(usage, row) >= 0n));
  });

  it('is exact where a double is not', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.constantFrom(...METERS), oddRows, (count, meter, row) => {
        const usage = { ...NO_USAGE, [meter]: count };
        const { costPico, unitPrices: at } = costOf(usage, row);
        expect(costPico).toBe(BigInt(count) * at[meter]);
      }),
    );
  });
});

describe('what is held for a call', () => {
  it('pays for any usage within its bounds, in every row of every priced model', () => {
    fc.assert(
      fc.property(usages, asks, spares, (usage, asked, spare) => BOOK.every((row) => isCovered(usage, row, asked, spare))),
      { numRuns: 100 },
    );
  });

  it('pays for it whatever a price says, even where a longer prompt is cheaper', () => {
    fc.assert(
      fc.property(usages, asks, spares, oddRows, (usage, asked, spare, row) => isCovered(usage, row, asked, spare)),
      { numRuns: 2_000 },
    );
  });

  it('is no more than the dearest meter that the request can hit', () => {
    fc.assert(
      fc.property(oddRows, tokens, asks, (row, inputTokens, asked) => {
        const { inputPerTokenPico } = worstUnitPrices(row, inputTokens, asked);
        const reachable = [
          row.prices,
          ...(row.longPrompt !== undefined && inputTokens > row.longPrompt.aboveTokens ? [row.longPrompt.prices] : []),
        ];
        const meters = METERS.filter((meter) => meter !== 'output' && billed({ ...NO_USAGE, [meter]: 1 }, asked, row)[meter] > 0);
        expect(reachable.flatMap((prices) => meters.map((meter) => prices[meter]))).toContain(inputPerTokenPico);
      }),
    );
  });
});
