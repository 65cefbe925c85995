import { maxPico, type PicoUsd } from './money.ts';
import { type CacheWrite, type PriceRow, worstUnitPrices } from './price-book.ts';
import type { FeatureSettings, ModelSettings } from './settings.ts';

/** What one attempt may cost at worst, and the output that it may have. */
export type Bounds = {
  readonly estimatedInputTokens: number;
  readonly maxTokens: number;
  /** Below this much output the call is not worth making. */
  readonly floorTokens: number;
  readonly inputPico: PicoUsd;
  readonly outputPerTokenPico: PicoUsd;
  readonly wantPico: PicoUsd;
  readonly floorPico: PicoUsd;
};

/**
 * Bounds one attempt: output is always bounded (by the caller, the feature and the model), and each input token is priced at the dearest
 * meter that this request can hit, under the dearest of the price rows that may be billed. So real <= hold, but for an under-estimate of the
 * input (Law 6).
 */
export function boundAttempt(
  feature: FeatureSettings,
  model: ModelSettings,
  rows: readonly [PriceRow, ...PriceRow[]],
  call: { estimatedInputTokens: number; requestedMaxTokens: number | undefined; cacheWrite: CacheWrite },
): Bounds {
  const maxTokens = Math.min(call.requestedMaxTokens ?? feature.limits.outputTokens, feature.limits.outputTokens, model.maxOutputTokens);
  const floorTokens = Math.min(feature.limits.minOutputTokens, maxTokens);
  const worst = rows.map((row) => worstUnitPrices(row, call.estimatedInputTokens, call.cacheWrite));
  const inputPico = BigInt(call.estimatedInputTokens) * maxPico(0n, ...worst.map((prices) => prices.inputPerTokenPico));
  const outputPerTokenPico = maxPico(0n, ...worst.map((prices) => prices.outputPerTokenPico));
  return {
    estimatedInputTokens: call.estimatedInputTokens,
    maxTokens,
    floorTokens,
    inputPico,
    outputPerTokenPico,
    wantPico: inputPico + BigInt(maxTokens) * outputPerTokenPico,
    floorPico: inputPico + BigInt(floorTokens) * outputPerTokenPico,
  };
}

/** The output that a hold of this amount pays for: at most what was wanted (fit before refuse, Law 7). */
export function affordableMaxTokens(bounds: Bounds, heldPico: PicoUsd): number {
  if (heldPico >= bounds.wantPico || bounds.outputPerTokenPico === 0n) return bounds.maxTokens;
  const affordable = (heldPico - bounds.inputPico) / bounds.outputPerTokenPico;
  return Math.max(1, Math.min(bounds.maxTokens, Number(affordable)));
}
