import type { PriceMode, PriceRow, UnitPrices } from '../../functions/core/price-book.ts';
import type { ModelSettings } from '../../functions/core/settings.ts';
import { parseBedrockId, withoutDate, withoutVersion } from './model-id.ts';
import { BATCH_HALF, FLEX_HALF, HOUR_WRITES, NEWER_MODELS, OVERLAY_VERSION, REGIONAL_TENTHS } from './overlay.ts';
import { type BookMeters, type BookRow, type PriceBook, priceBook } from './price-book.ts';

type Provider = ModelSettings['provider'];
type Origin = { readonly asOf: string; readonly source: string };

/** Goes into every ledger entry beside its unit prices. */
export const PRICE_BOOK_VERSION = `${priceBook.version}+${OVERLAY_VERSION}`;

/** All prices of a model: on demand, and batch and flex where they exist. Empty when the model is unknown: a caller must refuse it. */
export function priceRows(provider: Provider, modelId: string, book: PriceBook = priceBook): PriceRow[] {
  return provider === 'bedrock' ? bedrockRows(modelId, book) : vendorRows(provider, modelId, book);
}

function vendorRows(provider: Provider, modelId: string, book: PriceBook): PriceRow[] {
  const models = book.providers[provider] ?? {};
  const rows = models[modelId] ?? models[withoutDate(modelId)] ?? [];
  const origin = { asOf: book.asOf, source: book.generatedFrom };
  return rows.map((row) => priceRow('on_demand', row, withoutDate(modelId), origin));
}

function bedrockRows(modelId: string, book: PriceBook): PriceRow[] {
  const { prefix, base, dated } = parseBedrockId(modelId);
  // GovCloud has prices of its own, which no source gives.
  if (prefix === 'us-gov') return [];
  const newer = NEWER_MODELS.find((fact) => fact.models.test(base));
  const rows = newer === undefined ? rowsInBook(book, prefix, [dated, base]) : prefix === 'global' ? newer.rows : newer.rows.map(regional);
  const origin = newer ?? { asOf: book.asOf, source: book.generatedFrom };
  const onDemand = rows.map((row) => priceRow('on_demand', row, base, origin));
  const batch = BATCH_HALF.find((fact) => fact.models.test(base));
  const flex = FLEX_HALF.find((fact) => fact.models.test(base));
  return [...onDemand, ...halved('batch', onDemand, batch), ...halved('flex', onDemand, flex)];
}

/** The book lists Claude and others as `global.` and `regional.`, and models with one price under their bare id. */
function rowsInBook(book: PriceBook, prefix: string, names: readonly string[]): readonly BookRow[] {
  const models = new Map(Object.entries(book.providers['bedrock'] ?? {}).map(([id, rows]) => [withoutVersion(id), rows]));
  const scope = prefix === 'global' ? 'global.' : 'regional.';
  return names.flatMap((name) => [models.get(`${scope}${name}`), models.get(name)]).find((rows) => rows !== undefined) ?? [];
}

function regional({ longPrompt, ...row }: BookRow): BookRow {
  const long = longPrompt === undefined ? {} : { longPrompt: { ...dearer(longPrompt), aboveTokens: longPrompt.aboveTokens } };
  return { ...dearer(row), from: row.from, ...long };
}

function dearer({ input, output, cacheRead, cacheWrite5m, cacheWrite1h }: BookMeters): BookMeters {
  const known = Object.entries({ input, output, cacheRead, cacheWrite5m, cacheWrite1h }).filter(([, price]) => price !== undefined);
  const times = (price: number): number => (price * REGIONAL_TENTHS) / 10;
  return { input: times(input), output: times(output), ...Object.fromEntries(known.map(([meter, price]) => [meter, times(price ?? 0)])) };
}

function priceRow(mode: PriceMode, row: BookRow, base: string, origin: Origin): PriceRow {
  const { from, longPrompt } = row;
  const long =
    longPrompt === undefined ? {} : { longPrompt: { aboveTokens: longPrompt.aboveTokens, prices: unitPrices(longPrompt, base) } };
  return { mode, from, prices: unitPrices(row, base), ...long, asOf: origin.asOf, source: origin.source };
}

/** A meter without a price of its own costs what plain input costs; it is never free. */
function unitPrices(meters: BookMeters, base: string): UnitPrices {
  const { input, output, cacheRead = input, cacheWrite5m = input } = meters;
  const hour = HOUR_WRITES.find((fact) => fact.models.test(base));
  const cacheWrite1h = meters.cacheWrite1h ?? (hour === undefined ? cacheWrite5m : input * hour.timesInput);
  return {
    input: BigInt(input),
    output: BigInt(output),
    cacheRead: BigInt(cacheRead),
    cacheWrite5m: BigInt(cacheWrite5m),
    cacheWrite1h: BigInt(cacheWrite1h),
  };
}

function halved(mode: PriceMode, onDemand: readonly PriceRow[], fact: Origin | undefined): PriceRow[] {
  if (fact === undefined) return [];
  return onDemand.map(({ longPrompt, ...row }) => ({
    ...row,
    mode,
    prices: half(row.prices),
    ...(longPrompt === undefined ? {} : { longPrompt: { aboveTokens: longPrompt.aboveTokens, prices: half(longPrompt.prices) } }),
    asOf: fact.asOf,
    source: fact.source,
  }));
}

/** Rounded up, where a price is odd: an estimate errs on the dear side. */
function half({ input, output, cacheRead, cacheWrite5m, cacheWrite1h }: UnitPrices): UnitPrices {
  const of = (price: bigint): bigint => (price + 1n) / 2n;
  return { input: of(input), output: of(output), cacheRead: of(cacheRead), cacheWrite5m: of(cacheWrite5m), cacheWrite1h: of(cacheWrite1h) };
}
