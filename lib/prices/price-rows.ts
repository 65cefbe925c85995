import type { PriceMode, PriceRow, UnitPrices } from '../../functions/core/price-book.ts';
import type { ModelSettings } from '../../functions/core/settings.ts';
import { type BedrockArn, idBehind, parseBedrockArn } from './bedrock-arn.ts';
import { parseBedrockId, vendorNames, withoutDate, withoutVersion } from './model-id.ts';
import { type NewerModel, type Origin, OVERLAY, type Overlay, REGIONAL_TENTHS } from './overlay.ts';
import { type BookMeters, type BookRow, type PriceBook, priceBook } from './price-book.ts';

type Provider = ModelSettings['provider'];

/** All that is known of prices: the generated book and what is said beside it. */
export type Catalog = { readonly book: PriceBook; readonly overlay: Overlay };
export const CATALOG: Catalog = { book: priceBook, overlay: OVERLAY };

/** On-demand rows of one model, and where they are from. */
type Listed = { readonly base: string; readonly rows: readonly BookRow[]; readonly origin: Origin };

/**
 * All prices of a model, by its id or by the ARN of a foundation model or a system inference profile: on demand, and batch and flex where
 * they exist. Empty when nothing is known, as for the ARN of an application profile: a caller must refuse it.
 */
export function priceRows(provider: Provider, idOrArn: string, catalog: Catalog = CATALOG): PriceRow[] {
  const { base, rows, origin } = provider === 'bedrock' ? listedByBedrock(idOrArn, catalog) : listedBy(provider, idOrArn, catalog);
  const listed = rows.map((row) => priceRow(row, base, origin, catalog.overlay));
  const onDemand = withImplicitWrites(listed, provider, base, catalog);
  const half = provider === 'bedrock' ? catalog.overlay.half.filter((fact) => fact.models.test(base)) : [];
  return [...onDemand, ...half.flatMap((fact) => fact.modes.flatMap((mode) => onDemand.map((row) => halfOf(row, mode, fact))))];
}

/**
 * Marks the rows of a model that writes into its cache unasked, where that costs more than plain input: of a provider that cannot be asked
 * (there are no cache points for it), or by what is known of the model.
 */
export function withImplicitWrites(
  rows: readonly PriceRow[],
  provider: Provider,
  base: string,
  { overlay }: Catalog = CATALOG,
): PriceRow[] {
  const unasked = provider === 'openai' || provider === 'google' || overlay.implicitWrites.some((fact) => fact.models.test(base));
  return rows.map((row) => (unasked && writesCostMore(row) ? { ...row, implicitWrites: true } : row));
}

const writesCostMore = ({ prices, longPrompt }: PriceRow): boolean =>
  [prices, longPrompt?.prices ?? prices].some(({ input, cacheWrite5m }) => cacheWrite5m > input);

function listedBy(provider: Provider, modelId: string, { book, overlay }: Catalog): Listed {
  const base = withoutDate(modelId);
  const newer = overlay.newer.find((each) => each.provider === provider && each.model === base);
  if (newer !== undefined) return { base, rows: newer.rows, origin: newer };
  const models = book.providers[provider] ?? {};
  const rows = vendorNames(modelId).map((name) => models[name]);
  return { base, rows: rows.find((found) => found !== undefined) ?? [], origin: { asOf: book.asOf, source: book.generatedFrom } };
}

function listedByBedrock(idOrArn: string, { book, overlay }: Catalog): Listed {
  const { prefix, base, dated } = parseBedrockId(idBehind(idOrArn) ?? '');
  const origin = { asOf: book.asOf, source: book.generatedFrom };
  // GovCloud and China have prices of their own, which no source gives.
  if (prefix === 'us-gov' || isElsewhere(parseBedrockArn(idOrArn))) return { base, rows: [], origin };
  const newer = overlay.newer.find((each) => each.provider === 'bedrock' && each.model === base);
  if (newer !== undefined) return { base, rows: rowsFor(prefix, newer), origin: newer };
  return { base, rows: rowsInBook(book, prefix, [dated, base]), origin };
}

const isElsewhere = (arn: BedrockArn | undefined): boolean => arn !== undefined && arn.partition !== 'aws';

const rowsFor = (prefix: string, { of, rows }: NewerModel): readonly BookRow[] =>
  of === 'global' && prefix !== 'global' ? rows.map(regional) : rows;

/** The book lists Claude and others as `global.` and `regional.`, and models with one price under their bare id; some with a date. */
function rowsInBook(book: PriceBook, prefix: string, names: readonly string[]): readonly BookRow[] {
  const ids = Object.entries(book.providers['bedrock'] ?? {}).map(([id, rows]) => [withoutVersion(id), rows] as const);
  const models = new Map([...ids.map(([id, rows]) => [withoutDate(id), rows] as const), ...ids]);
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

function priceRow({ from, longPrompt, ...row }: BookRow, base: string, { asOf, source }: Origin, overlay: Overlay): PriceRow {
  const prices = (meters: BookMeters): UnitPrices => unitPrices(meters, base, overlay);
  return {
    ...{ mode: 'on_demand', from, prices: prices(row) },
    ...(longPrompt === undefined ? {} : { longPrompt: { aboveTokens: longPrompt.aboveTokens, prices: prices(longPrompt) } }),
    ...{ asOf, source },
  };
}

/** A meter without a price of its own costs what plain input costs; it is never free. */
function unitPrices(meters: BookMeters, base: string, { hourWrites }: Overlay): UnitPrices {
  const { input, output, cacheRead = input, cacheWrite5m = input } = meters;
  const hour = meters.cacheWrite5m === undefined ? undefined : hourWrites.find((fact) => fact.models.test(base));
  const cacheWrite1h = meters.cacheWrite1h ?? (hour === undefined ? cacheWrite5m : input * hour.timesInput);
  return {
    input: BigInt(input),
    output: BigInt(output),
    cacheRead: BigInt(cacheRead),
    cacheWrite5m: BigInt(cacheWrite5m),
    cacheWrite1h: BigInt(cacheWrite1h),
  };
}

function halfOf({ prices, longPrompt, ...row }: PriceRow, mode: PriceMode, { asOf, source }: Origin): PriceRow {
  const long = longPrompt === undefined ? {} : { longPrompt: { aboveTokens: longPrompt.aboveTokens, prices: half(longPrompt.prices) } };
  return { ...row, mode, prices: half(prices), ...long, asOf, source };
}

/** Rounded up to a whole micro-dollar per million tokens, where a price is odd: an estimate errs on the dear side. */
function half({ input, output, cacheRead, cacheWrite5m, cacheWrite1h }: UnitPrices): UnitPrices {
  const of = (price: bigint): bigint => (price + 1n) / 2n;
  return { input: of(input), output: of(output), cacheRead: of(cacheRead), cacheWrite5m: of(cacheWrite5m), cacheWrite1h: of(cacheWrite1h) };
}
