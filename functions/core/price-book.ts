import { maxPico, type PicoUsd } from './money.ts';
import { promptTokens, type Usage } from './usage.ts';

export type Meter = 'input' | 'cacheRead' | 'cacheWrite5m' | 'cacheWrite1h' | 'output';
/** Pico-dollars per token of each meter. */
export type UnitPrices = Readonly<Record<Meter, PicoUsd>>;
/** The dearest write into the provider's cache that a request asks for. */
export type CacheWrite = 'none' | '5m' | '1h';
export type PriceMode = 'on_demand' | 'batch' | 'flex';

/** One price of one model: valid from a UTC day on, until the next row of the same model and mode. */
export type PriceRow = {
  readonly mode: PriceMode;
  /** `yyyy-mm-dd`, UTC. */
  readonly from: string;
  readonly prices: UnitPrices;
  /** Above this many prompt tokens EVERY token of the request costs these prices instead. */
  readonly longPrompt?: { readonly aboveTokens: number; readonly prices: UnitPrices };
  readonly asOf: string;
  readonly source: string;
};

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
  const costPico =
    BigInt(usage.input) * unitPrices.input +
    BigInt(usage.cacheRead) * unitPrices.cacheRead +
    BigInt(usage.cacheWrite5m) * unitPrices.cacheWrite5m +
    BigInt(usage.cacheWrite1h) * unitPrices.cacheWrite1h +
    BigInt(usage.output) * unitPrices.output;
  return { costPico, unitPrices };
}

/**
 * The dearest price per input and per output token that a request of at most `inputTokens` can hit: each input token at the dearest meter
 * in use (plain, or the cache write that was asked for). Multiply by the bounds to get a hold that the real cost cannot pass (Law 6).
 */
export function worstUnitPrices(row: PriceRow, inputTokens: number, cacheWrite: CacheWrite) {
  const prices = unitPricesFor(row, inputTokens);
  const write = cacheWrite === 'none' ? prices.input : cacheWrite === '5m' ? prices.cacheWrite5m : prices.cacheWrite1h;
  // Providers may also cache by themselves (implicit caching), so a read price above the input price counts too.
  return { inputPerTokenPico: maxPico(prices.input, write, prices.cacheRead), outputPerTokenPico: prices.output };
}
