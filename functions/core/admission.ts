import type { PicoUsd } from './money.ts';
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
 * meter that this request can hit. So real <= hold, but for an under-estimate of the input (Law 6).
 */
export function boundAttempt(
  feature: FeatureSettings,
  model: ModelSettings,
  row: PriceRow,
  call: { estimatedInputTokens: number; requestedMaxTokens: number | undefined; cacheWrite: CacheWrite },
): Bounds {
  const maxTokens = Math.min(call.requestedMaxTokens ?? feature.limits.outputTokens, feature.limits.outputTokens, model.maxOutputTokens);
  const floorTokens = Math.min(feature.limits.minOutputTokens, maxTokens);
  const worst = worstUnitPrices(row, call.estimatedInputTokens, call.cacheWrite);
  const inputPico = BigInt(call.estimatedInputTokens) * worst.inputPerTokenPico;
  return {
    estimatedInputTokens: call.estimatedInputTokens,
    maxTokens,
    floorTokens,
    inputPico,
    outputPerTokenPico: worst.outputPerTokenPico,
    wantPico: inputPico + BigInt(maxTokens) * worst.outputPerTokenPico,
    floorPico: inputPico + BigInt(floorTokens) * worst.outputPerTokenPico,
  };
}

/** The output that a hold of this amount pays for: at most what was wanted (fit before refuse, Law 7). */
export function affordableMaxTokens(bounds: Bounds, heldPico: PicoUsd): number {
  if (heldPico >= bounds.wantPico || bounds.outputPerTokenPico === 0n) return bounds.maxTokens;
  const affordable = (heldPico - bounds.inputPico) / bounds.outputPerTokenPico;
  return Math.max(1, Math.min(bounds.maxTokens, Number(affordable)));
}
