import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { findPrice } from '../../functions/core/price-book.ts';
import type { ModelShape } from '../../lib/configuration/model-shape.ts';
import { ownPrices } from '../../lib/configuration/own-prices.ts';
import { resolveModel } from '../../lib/configuration/resolve-model.ts';
import { broken, type Case, CONTEXT, check, expectRefused } from '../support/broken-configuration.ts';
import { withValue } from '../support/configuration.ts';

const price = ['models', 'haiku', 'price'];
const PRICED = { input: 1, output: 5 };
const SERVER = { id: 'openai/llama-70b-awq', apiKeySecret: 'k', baseUrl: 'https://llm.acme.example/v1' };

const ERRORS: readonly Case[] = [
  broken(
    'a free input',
    [...price],
    { input: 0, output: 5 },
    /^a price of 0: no cap would ever stop/,
    /free: true/,
    'models.haiku.price.input',
  ),
  broken('a free output', [...price], { input: 1, output: 0 }, /^a price of 0/, /hardware included/, 'models.haiku.price.output'),
  broken(
    'a free batch',
    [...price],
    { ...PRICED, batch: { input: 0, output: 1 } },
    /^a price of 0/,
    /free: true/,
    'models.haiku.price.batch.input',
  ),
  broken(
    'a free long prompt',
    [...price],
    { ...PRICED, flex: { ...PRICED, longPrompt: { aboveTokens: 10, input: 1, output: 0 } } },
    /^a price of 0/,
    /free: true/,
    'models.haiku.price.flex.longPrompt.output',
  ),
  broken(
    'a vendor that is free',
    [...price],
    { input: 0, output: 0, free: true },
    /only a server of your own/,
    /baseUrl/,
    'models.haiku.price.free',
  ),
  broken(
    'a free price that is none',
    ['models', 'server'],
    { ...SERVER, price: { input: 0, output: 1, free: true } },
    /^free, and yet it has a price$/,
    /no free/,
    'models.server.price.free',
  ),
  broken('free: false', [...price], { ...PRICED, free: false }, /^write true, or leave it out$/, undefined, 'models.haiku.price.free'),
  broken('a price below 0', [...price], { input: -1, output: 5 }, /^negative/, /USD per million/, 'models.haiku.price.input'),
  broken('a price without output', [...price], { input: 1 }, /^output is missing$/, /USD per million/, 'models.haiku.price.output'),
  broken(
    'a misspelled mode',
    [...price],
    { ...PRICED, prority: PRICED },
    /^unknown key prority$/,
    /priority/,
    'models.haiku.price.prority',
  ),
  broken('a day that is none', [...price], { ...PRICED, asOf: '22.11.2026' }, /not a day/, /90 days/, 'models.haiku.price.asOf'),
  broken('no price at all', [...price], [], /at least one price/, /replaces the whole price book/),
  broken(
    'a price that only begins',
    [...price],
    [{ ...PRICED, from: '2027-03-01' }],
    /^no price holds today: the first begins on 2027-03-01$/,
    /without from/,
  ),
  broken(
    'two prices of one day',
    [...price],
    [PRICED, { ...PRICED, from: '2027-01-01' }, { ...PRICED, from: '2027-01-01' }],
    /^two prices begin on 2027-01-01$/,
    /a day each/,
    'models.haiku.price.2.from',
  ),
  broken(
    'a mode that a later price forgets',
    [...price],
    [
      { ...PRICED, batch: PRICED },
      { ...PRICED, from: '2027-01-01' },
    ],
    /^has no batch price, unlike the others$/,
    /the same modes/,
    'models.haiku.price.1',
  ),
];

describe('an own price', () => {
  it.each(ERRORS)('is refused for $what', expectRefused);

  it('replaces the book whole: modes that it leaves out have no price', () => {
    const { prices } = resolveModel('m', { id: 'bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0', price: PRICED });
    expect(prices).toEqual([
      {
        ...{ mode: 'on_demand', from: '2020-01-01', source: 'spillway.yaml' },
        prices: { input: 1_000_000n, cacheRead: 1_000_000n, cacheWrite5m: 1_000_000n, cacheWrite1h: 1_000_000n, output: 5_000_000n },
      },
    ]);
  });

  it('holds from its day on, whatever the order in which it is written', () => {
    const rows = ownPrices([
      { ...PRICED, from: '2027-01-01', input: 3 },
      { ...PRICED, input: 1 },
      { ...PRICED, from: '2026-12-01', input: 2 },
    ]);
    const at = (day: string) => findPrice(rows, 'on_demand', Date.parse(`${day}Z`))?.prices.input;
    expect([at('2026-11-30T23:59:59'), at('2026-12-01T00:00:00'), at('2027-01-01T00:00:00')]).toEqual([1_000_000n, 2_000_000n, 3_000_000n]);
  });

  it('of 0 is taken where it is meant: a server of one’s own, and cached input', () => {
    const errors = (shape: ModelShape) => check(withValue(['models', 'server'], shape)).filter(({ severity }) => severity === 'error');
    expect(errors({ ...SERVER, price: { input: 0, output: 0, free: true } })).toEqual([]);
    expect(errors({ ...SERVER, price: { ...PRICED, cacheRead: 0 } })).toEqual([]);
  });

  it('of a vendor without cache points is held at the dearer cache write, for it comes unasked', () => {
    const written = { ...PRICED, cacheWrite5m: 1.25 };
    expect(resolveModel('m', { ...SERVER, price: written }).prices[0]?.implicitWrites).toBe(true);
    expect(resolveModel('m', { id: 'bedrock/us.amazon.nova-lite-v1:0', price: written }).prices[0]?.implicitWrites).toBeUndefined();
  });

  it('is written as docs/prices.md shows', () => {
    const blocks = [...readFileSync('docs/prices.md', 'utf8').matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml = '']) => yaml);
    const models = z.object({ models: z.record(z.string(), z.unknown()) });
    expect(blocks).toHaveLength(2);
    for (const { models: shown } of blocks.map((block) => models.parse(parse(block)))) {
      for (const [name, model] of Object.entries(shown)) expect(check(withValue(['models', name], model)), name).toEqual([]);
    }
  });

  it('is looked at again after 90 days, when it says its day', () => {
    const warned = (own: object, day: string) =>
      check(withValue([...price], own), { ...CONTEXT, nowMs: Date.parse(`${day}T00:00:00Z`) })
        .filter(({ path }) => path === 'models.haiku.price')
        .map(({ severity, message }) => [severity, message]);
    const cached = { ...PRICED, cacheRead: 0.1, cacheWrite5m: 1.25, cacheWrite1h: 2 };
    const dated = { ...cached, asOf: '2026-09-01' };
    expect(warned(dated, '2026-11-30')).toEqual([]);
    expect(warned(dated, '2026-12-01')).toEqual([['warning', 'its price was read on 2026-09-01, more than 90 days ago']]);
    expect(warned([dated, { ...dated, from: '2026-11-20', asOf: '2026-11-19' }], '2026-12-01')).toEqual([]);
    expect(warned(cached, '2030-01-01')).toEqual([]);
  });

  it('is warned of for a Claude whose cache it leaves out, and for no other', () => {
    const warnings = (id: string, own: object) =>
      check(withValue(['models', 'own'], { id, price: own })).flatMap(({ path, severity, message }) =>
        path.startsWith('models.own') ? [`${severity} ${path}: ${message}`] : [],
      );
    const claude = 'bedrock/us.anthropic.claude-sonnet-4-6';
    expect(warnings(claude, { input: 3, output: 15, cacheRead: 0.3 })).toEqual([
      expect.stringMatching(/^warning models\.own\.price: no price of cacheWrite5m, cacheWrite1h: booked at the input price/),
    ]);
    const whole = { input: 3, output: 15, cacheRead: 0.3, cacheWrite5m: 3.75, cacheWrite1h: 6 };
    expect(warnings(claude, whole)).toEqual([]);
    const flex = { input: 1, output: 2 };
    expect(warnings(claude, { ...whole, flex })).toEqual([
      expect.stringMatching(/^warning models\.own\.price\.flex: no price of cacheRead,/),
    ]);
    expect(warnings(claude, [whole, { from: '2026-11-20', input: 3, output: 15 }])).toEqual([
      expect.stringMatching(/models\.own\.price\.1:/),
    ]);
    expect(warnings('bedrock/us.meta.llama3-1-70b-instruct-v1:0', { input: 1, output: 2 })).toEqual([]);
  });
});
