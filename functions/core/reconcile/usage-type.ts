import type { Meter, PriceMode } from '../price-book.ts';

/** What a usage type of a bill says. `name` is the model as the bill spells it; empty where AWS Marketplace bills it, under the product's name. */
export type UsageType = {
  readonly name: string;
  readonly meter: Meter;
  readonly mode: PriceMode | 'latency_optimized';
  /** One unit of usage is 10^n tokens, where the line does not name its unit. */
  readonly unitExponent: number;
};

/** `USE1-`, `EU-`, `APN2-`: the region that is billed. */
const REGION = /^(?:US[EW]\d|UG[EW]\d|EU(?:[CNSW]\d)?|AP[ENS]\d|CA[NW]\d|SAE\d|ME[CS]\d|AFS\d|ILC\d|MXC\d)-/;
/** `MP:USE1_InputTokenCount_Global-Units`: sold through AWS Marketplace, as Claude is. */
const MARKETPLACE = /^MP:[A-Z0-9]+_(.+)-Units$/;
const TOKENS =
  /^(?<name>.*?)(?:^|-)(?:mantle-)?(?:text-)?(?:million-)?(?:batch-)?(?<meter>cache-?read|cache-?write|input|output|response)(?:-?(?:1h|30m))?(?:-input)?-tokens?(?:-count)?(?<tier>-.*)?$/;

const METER_OF: Readonly<Record<string, Meter>> = { cacheread: 'cacheRead', input: 'input', output: 'output', response: 'output' };
/** Words between dashes that name how the tokens were bought, the strongest first. */
const MODES = [
  [/(^|-)batch(-|$)/, 'batch'],
  [/(^|-)flex(-|$)/, 'flex'],
  [/(^|-)priority(-|$)/, 'priority'],
  [/(^|-)latency-optimized(-|$)/, 'latency_optimized'],
] as const;
const ONE_HOUR = /(^|-|write)1h(-|$)/;
/** Models of the customer's own: their tokens have other prices. */
const CUSTOM = /(^|-)custom-model(-|$)/;

/** Longer than any that AWS has. */
const MOST_CHARACTERS = 200;
const THOUSAND = 3;
const MILLION = 6;

/**
 * Takes a usage type apart, or undefined when it does not count a model's tokens. Three spellings are in use: `USE1-NovaLite-input-tokens`,
 * `USE1-anthropic.claude-opus-5-mantle-input-tokens-standard`, `USE1-MP:USE1_CacheReadInputTokenCount_Global-Units` (also
 * `..._cache_read_tokens_global_standard-Units`). The first two count thousands of tokens, the last millions. A cache write
 * that is not for an hour counts as one for 5 minutes. Source: Amazon Bedrock user guide,
 * "Understanding your Amazon Bedrock Cost and Usage Report data"; AWS Price List, as of 2026-10.
 */
export function parseUsageType(usageType: string): UsageType | undefined {
  if (usageType.length > MOST_CHARACTERS) return undefined;
  const local = usageType.replace(REGION, '');
  const marketplace = MARKETPLACE.exec(local)?.[1];
  const text = marketplace === undefined ? local : dashed(marketplace);
  const { name, meter } = TOKENS.exec(text)?.groups ?? {};
  if (name === undefined || meter === undefined || CUSTOM.test(text)) return undefined;
  return {
    name,
    meter: METER_OF[meter.replace('-', '')] ?? (ONE_HOUR.test(text) ? 'cacheWrite1h' : 'cacheWrite5m'),
    mode: MODES.find(([pattern]) => pattern.test(text))?.[1] ?? 'on_demand',
    unitExponent: marketplace === undefined ? THOUSAND : MILLION,
  };
}

/** `InputTokenCount_Global_Batch` as `input-token-count-global-batch`. */
const dashed = (text: string): string =>
  text
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();

/** Spelled-out units, the larger first: `1M tokens`, `1K tokens`, `Million Input Tokens`. */
const UNITS = [
  [/\b(1m|1,?000,?000|million)\b.*\btokens?\b/i, MILLION],
  [/\b(1k|1,?000|thousand)\b.*\btokens?\b/i, THOUSAND],
  [/^tokens?$/i, 0],
] as const;

/** One unit of usage is 10^n tokens, as the bill's own words have it; or undefined. */
export const unitExponentOf = (words: string): number | undefined => UNITS.find(([pattern]) => pattern.test(words))?.[1];
