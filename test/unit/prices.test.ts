import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { usdToPico } from '../../functions/core/money.ts';
import { costOf, findPrice, type PriceMode } from '../../functions/core/price-book.ts';
import { NO_USAGE, type Usage } from '../../functions/core/usage.ts';
import { priceBook } from '../../lib/prices/price-book.ts';
import { priceRows } from '../../lib/prices/price-rows.ts';
import { renderPriceBook } from '../../lib/prices/write-price-book.ts';

const AT = Date.parse('2026-11-22T12:00:00Z');
type Provider = Parameters<typeof priceRows>[0];

const rowOf = (provider: Provider, id: string, mode: PriceMode, atMs = AT) => findPrice(priceRows(provider, id), mode, atMs);

/** USD per million tokens of each meter, as the vendors print them. */
function printed(id: string, mode: PriceMode = 'on_demand', provider: Provider = 'bedrock', atMs = AT) {
  const prices = rowOf(provider, id, mode, atMs)?.prices;
  if (prices === undefined) return undefined;
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, output } = prices;
  return [input, cacheRead, cacheWrite5m, cacheWrite1h, output].map((pico) => Number(pico) / 1e6);
}

const HAIKU = 'anthropic.claude-haiku-4-5-20251001-v1:0';
const SONNET = 'anthropic.claude-sonnet-4-5-20250929-v1:0';

/** Input, cache read, 5-minute write, 1-hour write, output; computed by hand from the vendors' lists (facts of 2026-11-22). */
const GOLDEN: readonly [id: string, mode: PriceMode, provider: Provider, usdPerMillion: readonly number[] | undefined][] = [
  [`us.${HAIKU}`, 'on_demand', 'bedrock', [1.1, 0.11, 1.375, 2.2, 5.5]],
  [`us.${HAIKU}`, 'batch', 'bedrock', [0.55, 0.055, 0.6875, 1.1, 2.75]],
  [`eu.${HAIKU}`, 'on_demand', 'bedrock', [1.1, 0.11, 1.375, 2.2, 5.5]],
  [`apac.${HAIKU}`, 'on_demand', 'bedrock', [1.1, 0.11, 1.375, 2.2, 5.5]],
  [HAIKU, 'on_demand', 'bedrock', [1.1, 0.11, 1.375, 2.2, 5.5]],
  [`global.${HAIKU}`, 'on_demand', 'bedrock', [1, 0.1, 1.25, 2, 5]],
  [`global.${HAIKU}`, 'batch', 'bedrock', [0.5, 0.05, 0.625, 1, 2.5]],
  [`us-gov.${HAIKU}`, 'on_demand', 'bedrock', undefined],
  [`us.${SONNET}`, 'on_demand', 'bedrock', [3.3, 0.33, 4.125, 6.6, 16.5]],
  [`us.${SONNET}`, 'batch', 'bedrock', [1.65, 0.165, 2.0625, 3.3, 8.25]],
  [`us.${SONNET}`, 'flex', 'bedrock', undefined],
  ['us.anthropic.claude-sonnet-4-20250514-v1:0', 'on_demand', 'bedrock', [3, 0.3, 3.75, 6, 15]],
  ['us.anthropic.claude-sonnet-5', 'on_demand', 'bedrock', [2.2, 0.22, 2.75, 4.4, 11]],
  ['us.anthropic.claude-sonnet-5', 'batch', 'bedrock', undefined],
  ['us.anthropic.claude-sonnet-5-5', 'on_demand', 'bedrock', [2.2, 0.11, 2.75, 4.4, 11]],
  ['global.anthropic.claude-sonnet-5-5', 'on_demand', 'bedrock', [2, 0.1, 2.5, 4, 10]],
  ['us.anthropic.claude-opus-5-5', 'on_demand', 'bedrock', [4.4, 0.22, 5.5, 8.8, 22]],
  ['us.anthropic.claude-opus-5-5', 'batch', 'bedrock', undefined],
  ['us.anthropic.claude-opus-5', 'batch', 'bedrock', [2.75, 0.275, 3.4375, 5.5, 13.75]],
  ['us.anthropic.claude-opus-4-5-20251101-v1:0', 'on_demand', 'bedrock', [5.5, 0.55, 6.875, 11, 27.5]],
  ['us.anthropic.claude-opus-4-6-v1', 'batch', 'bedrock', [2.75, 0.275, 3.4375, 5.5, 13.75]],
  ['us.anthropic.claude-opus-4-7', 'batch', 'bedrock', undefined],
  ['global.anthropic.claude-fable-5-1', 'on_demand', 'bedrock', [10, 0.25, 12.5, 20, 50]],
  ['us.anthropic.claude-haiku-5-5', 'on_demand', 'bedrock', [0.11, 0.011, 0.1375, 0.22, 0.55]],
  ['us.amazon.nova-lite-v1:0', 'on_demand', 'bedrock', [0.06, 0.015, 0.06, 0.06, 0.24]],
  ['us.amazon.nova-lite-v1:0', 'batch', 'bedrock', [0.03, 0.0075, 0.03, 0.03, 0.12]],
  ['us.amazon.nova-micro-v1:0', 'on_demand', 'bedrock', [0.035, 0.00875, 0.035, 0.035, 0.14]],
  ['us.amazon.nova-2-lite-v1:0', 'on_demand', 'bedrock', [0.33, 0.0825, 0.33, 0.33, 2.75]],
  ['global.amazon.nova-2-lite-v1:0', 'on_demand', 'bedrock', [0.3, 0.075, 0.3, 0.3, 2.5]],
  ['us.meta.llama3-3-70b-instruct-v1:0', 'on_demand', 'bedrock', [0.72, 0.72, 0.72, 0.72, 0.72]],
  ['us.meta.llama3-3-70b-instruct-v1:0', 'batch', 'bedrock', undefined],
  ['openai.gpt-oss-120b-1:0', 'on_demand', 'bedrock', [0.15, 0.15, 0.15, 0.15, 0.6]],
  ['openai.gpt-oss-120b-1:0', 'flex', 'bedrock', [0.075, 0.075, 0.075, 0.075, 0.3]],
  ['us.anthropic.claude-unheard-of', 'on_demand', 'bedrock', undefined],
  ['claude-haiku-4-5-20251001', 'on_demand', 'anthropic', [1, 0.1, 1.25, 2, 5]],
  ['gemini-2.5-flash', 'on_demand', 'google', [0.3, 0.03, 0.3, 0.3, 2.5]],
  ['gpt-5.4-mini', 'on_demand', 'openai', [0.75, 0.075, 0.75, 0.75, 4.5]],
];

describe('a price', () => {
  it.each(GOLDEN)('of %s, %s, by %s is what its vendor prints', (id, mode, provider, expected) => {
    expect(printed(id, mode, provider)).toEqual(expected);
  });

  it('changes on the day that the vendor named', () => {
    const flash = (day: string) => printed('gemini-3.8-flash', 'on_demand', 'google', Date.parse(`${day}T00:00:00Z`))?.at(0);
    expect([flash('2026-12-31'), flash('2027-01-01')]).toEqual([0.75, 1.5]);
    const sol = (day: string) => printed('us.openai.gpt-5.6-sol', 'on_demand', 'bedrock', Date.parse(`${day}T00:00:00Z`))?.at(-1);
    expect([sol('2026-08-20'), sol('2026-08-21')]).toEqual([33, 22]);
  });

  it('of a model does not hold before the model did', () => {
    expect(rowOf('bedrock', 'us.anthropic.claude-haiku-5-5', 'on_demand', Date.parse('2026-10-06T00:00:00Z'))).toBeUndefined();
  });

  it('says where it was read, and when', () => {
    for (const mode of ['on_demand', 'batch'] as const) {
      expect(rowOf('bedrock', `us.${HAIKU}`, mode)).toMatchObject({
        asOf: expect.stringMatching(/^2026-/),
        source: expect.stringMatching(/\w/),
      });
    }
  });

  it('is never zero, in any row of any model that the book knows', () => {
    const ids = Object.entries(priceBook.providers).flatMap(([provider, models]) => Object.keys(models).map((id) => ({ provider, id })));
    expect(ids.length).toBeGreaterThan(200);
    const free = Object.entries(priceBook.providers).flatMap(([provider, models]) =>
      Object.entries(models)
        .filter(([, rows]) => rows.some((row) => row.output === 0 && row.input === 0))
        .map(([id]) => `${provider}/${id}`),
    );
    expect(free).toEqual([]);
  });
});

describe('the cost of a call', () => {
  const cost = (id: string, usage: Partial<Usage>, mode: PriceMode = 'on_demand') => {
    const row = rowOf('bedrock', id, mode);
    if (row === undefined) throw new RangeError(`no price for ${id}`);
    return costOf({ ...NO_USAGE, ...usage }, row).costPico;
  };

  it('adds each meter at its own price', () => {
    // 1,000 x 1.1 + 10,000 x 0.11 + 2,000 x 1.375 + 3,000 x 2.2 + 500 x 5.5 = 14,300 millionths of a dollar.
    const usage = { input: 1_000, cacheRead: 10_000, cacheWrite5m: 2_000, cacheWrite1h: 3_000, output: 500 };
    expect(cost(`us.${HAIKU}`, usage)).toBe(usdToPico('0.0143'));
  });

  it('of a batch is half', () => {
    expect(cost(`us.${HAIKU}`, { input: 1_000_000, output: 100_000 }, 'batch')).toBe(usdToPico('0.825'));
  });

  it('of Haiku 5.5 is five times as much for every token, once the prompt passes 100,000', () => {
    const at = { input: 40_000, cacheRead: 60_000, output: 1_000 };
    // 40,000 x 0.1 + 60,000 x 0.01 + 1,000 x 0.5 = 5,100 millionths.
    expect(cost('global.anthropic.claude-haiku-5-5', at)).toBe(usdToPico('0.0051'));
    // One token more: 40,001 x 0.5 + 60,000 x 0.05 + 1,000 x 2.5 = 25,500.5 millionths.
    expect(cost('global.anthropic.claude-haiku-5-5', { ...at, input: 40_001 })).toBe(usdToPico('0.0255005'));
  });

  it('of GPT-5.6 Luna doubles its input at 272,000 prompt tokens', () => {
    expect(cost('global.openai.gpt-5.6-luna', { input: 271_999 })).toBe(usdToPico('0.0543998'));
    expect(cost('global.openai.gpt-5.6-luna', { input: 272_000 })).toBe(usdToPico('0.1088'));
  });
});

describe('the price book', () => {
  it('is what `npm run prices` makes of the reviewed package', () => {
    expect(readFileSync('lib/prices/price-book.json', 'utf8')).toBe(renderPriceBook());
  });
});
