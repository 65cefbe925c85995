import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../functions/core/calendar.ts';
import { findPrice, isStale, PRICE_MODES, type PriceMode } from '../../functions/core/price-book.ts';
import { PRICE_BOOK_VERSION, priceBookVersion, pricedModels } from '../../lib/prices/price-book-version.ts';
import { CATALOG, type Catalog, priceRows } from '../../lib/prices/price-rows.ts';
import { renderPriceBook } from '../../lib/prices/write-price-book.ts';

const AT = Date.parse('2026-11-22T12:00:00Z');
const HAIKU = 'anthropic.claude-haiku-4-5-20251001-v1:0';
type Provider = Parameters<typeof priceRows>[0];

/** What has no price: refused, never taken for zero. */
const UNPRICED: readonly [id: string, mode: PriceMode, provider: Provider, why: string, at?: string][] = [
  ['us.anthropic.claude-haiku-5-5', 'on_demand', 'bedrock', 'the day before its first', '2026-10-06T23:59:59Z'],
  ['claude-haiku-5-5', 'on_demand', 'anthropic', 'the day before its first', '2026-10-06T23:59:59Z'],
  ['us.anthropic.claude-sonnet-5-5', 'on_demand', 'bedrock', 'the day before its first', '2026-09-27T23:59:59Z'],
  ['us.anthropic.claude-haiku-5-5', 'batch', 'bedrock', 'nobody lists one'],
  ['us.anthropic.claude-sonnet-5', 'batch', 'bedrock', 'not in the price list'],
  ['us.anthropic.claude-opus-5-5', 'batch', 'bedrock', 'not in the price list'],
  ['us.anthropic.claude-opus-4-7', 'batch', 'bedrock', 'not in the price list'],
  ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'flex', 'bedrock', 'Claude has no flex tier'],
  ['us.amazon.nova-lite-v1:0', 'flex', 'bedrock', 'not in the price list'],
  ['us.deepseek.r1-v1:0', 'batch', 'bedrock', 'not in the price list'],
  ['openai.gpt-oss-120b-1:0', 'priority', 'bedrock', 'priority is configured'],
  [`us-gov.${HAIKU}`, 'on_demand', 'bedrock', 'GovCloud has prices of its own'],
  [`arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/${HAIKU}`, 'on_demand', 'bedrock', 'GovCloud has prices of its own'],
  ['arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc', 'on_demand', 'bedrock', 'it does not tell its model'],
  ['arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc', 'on_demand', 'bedrock', 'billed by the hour'],
  ['us.anthropic.claude-unheard-of', 'on_demand', 'bedrock', 'unknown'],
  ['claude-haiku-4-5-20251001', 'batch', 'anthropic', 'batch runs on Bedrock'],
  ['gpt-oss-120b', 'on_demand', 'openai', 'OpenAI itself does not serve it'],
  ['claude-sonnet-4-5', 'on_demand', 'google', 'Gemini’s API does not serve it'],
  ['gpt-realtime', 'on_demand', 'openai', 'it answers in sound'],
];

describe('a price', () => {
  it.each(UNPRICED)('of %s, %s, by %s is unknown: %s', (id, mode, provider, _why, at) => {
    expect(findPrice(priceRows(provider, id), mode, at === undefined ? AT : Date.parse(at))).toBeUndefined();
  });

  it('is the same under an ARN as under the id, for every prefix', () => {
    for (const prefix of ['global.', 'us.', 'eu.', 'apac.', 'jp.', 'au.', 'ca.', 'in.', 'sa.', 'mx.']) {
      const arn = `arn:aws:bedrock:eu-west-1:123456789012:inference-profile/${prefix}${HAIKU}`;
      expect(priceRows('bedrock', arn)).toEqual(priceRows('bedrock', `${prefix}${HAIKU}`));
    }
    expect(priceRows('bedrock', `arn:aws:bedrock:us-east-1::foundation-model/${HAIKU}`)).toEqual(priceRows('bedrock', HAIKU));
  });

  it('costs twice the input for a 1-hour write of every Claude that has a cache, and never less than a 5-minute one', () => {
    const rows = pricedModels().flatMap(({ provider, modelId }) => priceRows(provider, modelId).map((row) => ({ modelId, ...row })));
    for (const { modelId, mode, prices } of rows) {
      expect(prices.cacheWrite1h, modelId).toBeGreaterThanOrEqual(prices.cacheWrite5m);
      const cached = modelId.includes('claude') && prices.cacheWrite5m > prices.input;
      if (cached && mode === 'on_demand') expect(prices.cacheWrite1h, modelId).toBe(2n * prices.input);
    }
    expect(rows.filter(({ modelId, prices }) => modelId.includes('claude') && prices.cacheWrite5m > prices.input).length).toBeGreaterThan(
      50,
    );
  });

  it('of half an odd number is rounded up', () => {
    const rows = [{ from: '2020-01-01', input: 3, output: 5 }] as const;
    const origin = { asOf: '2026-01-01', source: 'made up' };
    const catalog: Catalog = {
      book: { ...CATALOG.book, providers: { bedrock: { 'odd.model-v1:0': [...rows] } } },
      overlay: { ...CATALOG.overlay, half: [{ models: /^odd\.model$/, modes: ['batch'], ...origin }] },
    };
    const batch = priceRows('bedrock', 'odd.model-v1:0', catalog).find(({ mode }) => mode === 'batch');
    expect(batch?.prices).toMatchObject({ input: 2n, output: 3n });
  });

  it('says where it was read, and when, in any row of any model; and is never zero', () => {
    const models = pricedModels();
    expect(models.length).toBeGreaterThan(400);
    const rows = models.flatMap(({ provider, modelId }) => priceRows(provider, modelId));
    expect(new Set(rows.map(({ mode }) => mode))).toEqual(new Set(['on_demand', 'batch', 'flex']));
    for (const { asOf, source, prices, longPrompt } of rows) {
      expect(asOf).toMatch(/^2026-\d\d-\d\d$/);
      expect(source).toMatch(/\w/);
      for (const each of [prices, longPrompt?.prices ?? prices]) {
        for (const pico of [each.input, each.output, each.cacheRead, each.cacheWrite5m, each.cacheWrite1h])
          expect(pico).toBeGreaterThan(0n);
      }
    }
  });

  it('is one for each mode and day', () => {
    for (const { provider, modelId } of pricedModels()) {
      const keys = priceRows(provider, modelId).map(({ mode, from }) => `${mode} ${from}`);
      expect(new Set(keys).size, modelId).toBe(keys.length);
    }
  });

  it('marks the models whose cache writes nobody asks for', () => {
    const marked = (provider: Provider, id: string) => priceRows(provider, id).every((row) => row.implicitWrites === true);
    expect([marked('openai', 'gpt-6-sol'), marked('bedrock', 'us.openai.gpt-5.6-terra')]).toEqual([true, true]);
    expect([marked('openai', 'gpt-5.4-mini'), marked('bedrock', `us.${HAIKU}`)]).toEqual([false, false]);
  });
});

describe('a stale price', () => {
  const row = (asOf: string | undefined) => ({
    ...{ mode: 'on_demand' as const, from: '2020-01-01', source: 'test' },
    prices: { input: 1n, cacheRead: 1n, cacheWrite5m: 1n, cacheWrite1h: 1n, output: 1n },
    ...(asOf === undefined ? {} : { asOf }),
  });

  it('was read more than 90 days ago', () => {
    const readAt = Date.parse('2026-08-24T00:00:00Z');
    expect([90 * DAY_MS, 90 * DAY_MS + 1].map((age) => isStale(row('2026-08-24'), readAt + age))).toEqual([false, true]);
  });

  it('has a day: without one, somebody vouches for it', () => {
    expect(isStale(row(undefined), AT)).toBe(false);
  });

  it('is none of the book today', () => {
    const inForce = pricedModels().flatMap(({ provider, modelId }) =>
      PRICE_MODES.flatMap((mode) => findPrice(priceRows(provider, modelId), mode, AT) ?? []),
    );
    expect(inForce.filter((price) => isStale(price, AT))).toEqual([]);
  });
});

describe('the price book', () => {
  it('is what `npm run prices` makes of the reviewed package', () => {
    expect(readFileSync('lib/prices/price-book.json', 'utf8')).toBe(renderPriceBook());
  });

  it('has a version of at most 20 characters: the newest day, and a digest', () => {
    expect(PRICE_BOOK_VERSION).toMatch(/^2026-11-22\.[0-9a-f]{8}$/);
    expect(priceBookVersion()).toBe(PRICE_BOOK_VERSION);
  });

  it('has another version after any change: of a price, of the overlay, of a source, of a rule', () => {
    const { book, overlay } = CATALOG;
    const [first, ...rest] = overlay.newer;
    if (first === undefined) throw new RangeError('the overlay is empty');
    const nova = [{ from: '2020-01-01', input: 60_001, output: 240_000, cacheRead: 15_000 }];
    const bedrock = { ...book.providers['bedrock'], 'amazon.nova-lite-v1:0': nova };
    const changed: readonly Catalog[] = [
      { overlay, book: { ...book, providers: { ...book.providers, bedrock } } },
      { book, overlay: { ...overlay, newer: rest } },
      { book, overlay: { ...overlay, newer: [{ ...first, source: 'somewhere else' }, ...rest] } },
      { book, overlay: { ...overlay, hourWrites: overlay.hourWrites.map((fact) => ({ ...fact, timesInput: 3 })) } },
      { book, overlay: { ...overlay, half: overlay.half.slice(1) } },
      { book, overlay: { ...overlay, implicitWrites: [] } },
    ];
    const versions = changed.map((catalog) => priceBookVersion(catalog));
    expect(new Set([...versions, PRICE_BOOK_VERSION]).size).toBe(changed.length + 1);
  });
});
