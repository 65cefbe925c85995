import { DAY_MS } from './calendar.ts';
import { maxPico, type PicoUsd, sumPico } from './money.ts';
import { promptTokens, type Usage } from './usage.ts';

export const METERS = ['input', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h', 'output'] as const;
/** What tokens are counted under: a meter has a price of its own. */
export type Meter = (typeof METERS)[number];
/** Pico-dollars per token of each meter. */
export type UnitPrices = Readonly<Record<Meter, PicoUsd>>;
/** Of a call whose price is gone: it used no tokens that we know of, so they price nothing. */
export const UNKNOWN_PRICES: UnitPrices = { input: 0n, cacheRead: 0n, cacheWrite5m: 0n, cacheWrite1h: 0n, output: 0n };
/** The dearest write into the provider's cache that a request asks for. */
export type CacheWrite = 'none' | '5m' | '1h';
export const PRICE_MODES = ['on_demand', 'batch', 'flex', 'priority'] as const;
/** How the work was bought: from a batch job, or at the service tier that the provider's answer names. */
export type PriceMode = (typeof PRICE_MODES)[number];

/** One price of one model: valid from a UTC day on, until the next row of the same model and mode. */
export type PriceRow = {
  readonly mode: PriceMode;
  /** `yyyy-mm-dd`, UTC. */
  readonly from: string;
  readonly prices: UnitPrices;
  /** Above this many prompt tokens EVERY token of the request costs these prices instead. */
  readonly longPrompt?: { readonly aboveTokens: number; readonly prices: UnitPrices };
  /** The provider also writes into its cache unasked, so any input token may cost a 5-minute write. */
  readonly implicitWrites?: true;
  /** The day the price was read. Absent: a price that somebody vouches for without a day, which never goes stale. */
  readonly asOf?: string;
  readonly source: string;
};

/** A price that was read longer ago than this has to be looked at again. */
export const STALE_AFTER_DAYS = 90;

/** Whether the price was read more than 90 days before `nowMs`. It is still used: warn, and let a person decide. */
export function isStale(row: PriceRow, nowMs: number): boolean {
  return row.asOf !== undefined && nowMs - Date.parse(row.asOf) > STALE_AFTER_DAYS * DAY_MS;
}

/** The row in force at `atMs`, or undefined: an unknown price is refused by the caller, never taken for zero. */
export function findPrice(rows: readonly PriceRow[], mode: PriceMode, atMs: number): PriceRow | undefined {
  const day = new Date(atMs).toISOString().slice(0, 10);
  return rows.filter((row) => row.mode === mode && row.from <= day).sort((a, b) => (a.from < b.from ? 1 : -1))[0];
}

/** The unit prices that a request of this many prompt tokens is billed at. */
export function unitPricesFor(row: PriceRow, tokensOfPrompt: number): UnitPrices {
  return row.longPrompt !== undefined && tokensOfPrompt > row.longPrompt.aboveTokens ? row.longPrompt.prices : row.prices;
}

/** Exact cost of the tokens used, in pico-dollars. */
export function costOf(usage: Usage, row: PriceRow): { readonly costPico: PicoUsd; readonly unitPrices: UnitPrices } {
  const unitPrices = unitPricesFor(row, promptTokens(usage));
  return { costPico: meteredPico(usage, unitPrices), unitPrices };
}

/** What these tokens cost at these unit prices. */
export const meteredPico = (usage: Usage, unitPrices: UnitPrices): PicoUsd =>
  sumPico(METERS.map((meter) => BigInt(usage[meter]) * unitPrices[meter]));

/**
 * The dearest price per input and per output token that a request of at most `inputTokens` can hit: plain input, cache reads (which nobody
 * asks for), the cache writes that were asked for or come unasked, in every price tier up to that length. Multiply by the bounds to get a
 * hold that the real cost cannot pass (Law 6).
 */
export function worstUnitPrices(row: PriceRow, inputTokens: number, cacheWrite: CacheWrite) {
  const meters = inputMeters(cacheWrite, row.implicitWrites === true);
  const tiers = [row.prices, unitPricesFor(row, inputTokens)];
  return {
    inputPerTokenPico: maxPico(0n, ...tiers.flatMap((prices) => meters.map((meter) => prices[meter]))),
    outputPerTokenPico: maxPico(0n, ...tiers.map((prices) => prices.output)),
  };
}

/** What a prompt's tokens can be counted under. A request for 1-hour writes may carry 5-minute points too. */
function inputMeters(cacheWrite: CacheWrite, implicitWrites: boolean): readonly Meter[] {
  if (cacheWrite === '1h') return ['input', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h'];
  return cacheWrite === '5m' || implicitWrites ? ['input', 'cacheRead', 'cacheWrite5m'] : ['input', 'cacheRead'];
}
