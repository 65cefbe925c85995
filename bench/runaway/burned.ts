import { picoToUsd } from '../../functions/core/money.ts';
import { findPrice, type UnitPrices } from '../../functions/core/price-book.ts';
import { priceRows } from '../../lib/prices/price-rows.ts';
import type { Judged } from '../../test/support/agent-corpus/score.ts';
import type { Figure } from '../benchmark.ts';

const AS_OF_MS = Date.parse('2026-11-20T00:00:00Z');
/** Of the tokens of a turn, those that the model wrote. */
const OUTPUT_SHARE = 0.3;

function pricesOf(modelId: string): UnitPrices {
  const price = findPrice(priceRows('bedrock', modelId), 'on_demand', AS_OF_MS);
  if (price === undefined) throw new RangeError(`no price for ${modelId}`);
  return price.prices;
}

export const HAIKU = pricesOf('us.anthropic.claude-haiku-4-5-20251001-v1:0');
export const SONNET = pricesOf('us.anthropic.claude-sonnet-4-5-20250929-v1:0');

/**
 * What a runaway burned: its requests from the first of its loop to the last that was paid, or to its end where nothing stopped it. Uncached
 * every request pays its whole prompt; cached it reads what the one before it had written.
 */
export function burnedUsd({ run, trippedAt = run.turns.length }: Judged, prices: UnitPrices, cached: boolean): number {
  let pico = 0n;
  for (let turn = run.onset; turn < trippedAt; turn += 1) {
    const prefix = BigInt(run.contextTokens + turn * run.turnTokens);
    const fresh = BigInt(run.turnTokens);
    const output = BigInt(Math.ceil(run.turnTokens * OUTPUT_SHARE));
    pico += cached
      ? (prefix - fresh) * prices.cacheRead + fresh * prices.cacheWrite5m + output * prices.output
      : prefix * prices.input + output * prices.output;
  }
  return Number(picoToUsd(pico));
}

export const atShare = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

/** Median and 95th percentile, the latter against a target where there is one. */
export function spread(metric: string, unit: string, values: readonly number[], below?: number): Figure[] {
  const [p50, p95] = [atShare(values, 0.5), atShare(values, 0.95)];
  const target = below === undefined ? {} : { target: below, met: p95 < below };
  return [
    { metric: `${metric}, p50`, value: Number(p50.toPrecision(3)), unit },
    { metric: `${metric}, p95`, value: Number(p95.toPrecision(3)), unit, ...target },
  ];
}
