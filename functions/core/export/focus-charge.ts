import type { PicoUsd } from '../money.ts';
import type { Meter, PriceMode } from '../price-book.ts';
import { type Charge, unmeteredPico } from '../rollup.ts';
import type { ModelSettings } from '../settings.ts';
import type { DayUsage } from './usage-fold.ts';

/** What one FOCUS row charges for. `unitPrice` x `quantity` is `costPico`, exactly; all three are decimals of 10^-12. */
export type FocusCharge = {
  readonly category: 'Usage' | 'Adjustment';
  readonly meter: string;
  readonly skuId: string;
  /** Holds no amount and no date, so that it stays the same when a price changes. Source: FOCUS 1.2, SkuPriceId. */
  readonly skuPriceId: string;
  readonly tokenType: string | null;
  readonly longPrompt: boolean;
  readonly pricingUnit: string;
  readonly unitPrice: bigint;
  readonly quantity: bigint;
  /** Null where no tokens were reported. */
  readonly tokens: number | null;
  readonly costPico: PicoUsd;
};

const METER_NAMES: Readonly<Record<Meter, readonly [meter: string, tokenType: string]>> = {
  input: ['Input Tokens', 'Input'],
  cacheRead: ['Cache Read Tokens', 'CacheRead'],
  cacheWrite5m: ['Cache Write 5m Tokens', 'CacheWrite5m'],
  cacheWrite1h: ['Cache Write 1h Tokens', 'CacheWrite1h'],
  output: ['Output Tokens', 'Output'],
};

/** Price lists quote a million tokens: N pico-dollars per token are N micro-dollars per million. */
const TOKENS_PER_UNIT = 1_000_000n;
const ONE = 10n ** 12n;

/** A day's usage as charges: one for each meter and unit price, and one for what was booked without tokens. Their costs add up to its cost. */
export function focusCharges(usage: DayUsage, model: ModelSettings | undefined): FocusCharge[] {
  const sku = `${usage.provider}/${usage.modelId}`;
  const metered = usage.charges.map((charge) => meteredCharge(charge, sku, usage.mode, isLongPrompt(charge, usage.mode, model)));
  const rest = unmeteredPico(usage);
  return rest === 0n ? metered : [...metered, unmeteredCharge(rest, sku, usage.mode)];
}

function meteredCharge({ meter, unitPricePico, tokens }: Charge, sku: string, mode: PriceMode, longPrompt: boolean): FocusCharge {
  const [name, tokenType] = METER_NAMES[meter];
  const skuId = `${sku}/${meter}`;
  return {
    category: 'Usage',
    meter: name,
    skuId,
    skuPriceId: `${skuId}/${mode}${longPrompt ? '/long_prompt' : ''}`,
    tokenType,
    longPrompt,
    pricingUnit: `${TOKENS_PER_UNIT} Tokens`,
    unitPrice: unitPricePico * TOKENS_PER_UNIT,
    quantity: (BigInt(tokens) * ONE) / TOKENS_PER_UNIT,
    tokens,
    costPico: BigInt(tokens) * unitPricePico,
  };
}

/** Priced at one dollar a unit: a price may not be negative, and what corrections took back may be. */
const unmeteredCharge = (costPico: PicoUsd, sku: string, mode: PriceMode): FocusCharge => ({
  category: 'Adjustment',
  meter: 'Unmetered Usage',
  skuId: `${sku}/unmetered`,
  skuPriceId: `${sku}/unmetered/${mode}`,
  tokenType: null,
  longPrompt: false,
  pricingUnit: 'Units',
  unitPrice: ONE,
  quantity: costPico,
  tokens: null,
  costPico,
});

/** Whether the model asks this price for long prompts alone: then it is a SKU price of its own. */
function isLongPrompt({ meter, unitPricePico }: Charge, mode: PriceMode, model: ModelSettings | undefined): boolean {
  const rows = (model?.prices ?? []).filter((row) => row.mode === mode);
  if (rows.some(({ prices }) => prices[meter] === unitPricePico)) return false;
  return rows.some(({ longPrompt }) => longPrompt?.prices[meter] === unitPricePico);
}
