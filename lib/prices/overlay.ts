import type { BookRow } from './price-book.ts';

/** Facts that the generated book lacks, each with the day it was read and where. Reviewed by hand; a later fact replaces the row. */
export const OVERLAY_VERSION = '2026-11-22';

/** A fact about the models whose base id (no region prefix, no date, no version suffix) matches. */
type Fact = { readonly models: RegExp; readonly asOf: string; readonly source: string };

/** Models newer than the book, by Bedrock base id: price of the `global.` profile, micro-dollars per million tokens. */
export const NEWER_MODELS: readonly (Fact & { readonly rows: readonly [BookRow, ...BookRow[]] })[] = [
  {
    // Over 100k prompt tokens every token of the request costs five times as much. Its cache-read factor is not published: 0.1 assumed.
    models: /^anthropic\.claude-haiku-5-5$/,
    rows: [
      {
        ...{ from: '2026-10-07', input: 100_000, output: 500_000, cacheRead: 10_000, cacheWrite5m: 125_000, cacheWrite1h: 200_000 },
        longPrompt: {
          ...{ aboveTokens: 100_000, input: 500_000, output: 2_500_000, cacheRead: 50_000, cacheWrite5m: 625_000, cacheWrite1h: 1_000_000 },
        },
      },
    ],
    asOf: '2026-11-22',
    source: 'two independent release notes of 2026-10-07',
  },
  {
    models: /^anthropic\.claude-sonnet-5-5$/,
    rows: [
      { from: '2026-10-07', input: 2_000_000, output: 10_000_000, cacheRead: 100_000, cacheWrite5m: 2_500_000, cacheWrite1h: 4_000_000 },
    ],
    asOf: '2026-11-22',
    source: 'release notes of 2026-10-07; cache reads at 0.05x, Bedrock’s own not confirmed',
  },
];

/** Regional profiles (us., eu., jp., au., ...) and in-region calls cost this much of the `global.` price, in tenths. */
export const REGIONAL_TENTHS = 11;

/** One-hour cache writes as a multiple of plain input, where the book has only the five-minute price. */
export const HOUR_WRITES: readonly (Fact & { readonly timesInput: number })[] = [
  { models: /claude/, timesInput: 2, asOf: '2026-11-22', source: 'Anthropic and Bedrock prompt-caching pages: 1h writes cost 2x input' },
];

/** Models with a batch price on Bedrock, half of on demand. All others have none: they cannot be used in batch until configured. */
export const BATCH_HALF: readonly Fact[] = [
  {
    models: /^anthropic\.claude-(haiku-4-5|sonnet-4-5|sonnet-4-6|opus-4-5|opus-4-6|opus-5)$/,
    asOf: '2026-09-10',
    source: 'AWS Price List, by truefoundry/models #2845, #2850 and awslabs/startups #262',
  },
  {
    models: /^amazon\.nova-(micro|lite|pro)$/,
    asOf: '2026-04-01',
    source: 'AWS Price List, by truefoundry/models #507; Bedrock pricing page',
  },
];

/** Models of Bedrock's flex tier, half of on demand. Anthropic has none. */
export const FLEX_HALF: readonly Fact[] = [
  {
    models: /^(openai\.gpt-oss-|amazon\.nova-pro|qwen\.qwen3-)/,
    asOf: '2026-11-22',
    source: 'third-party price data: flex is half of on demand',
  },
];

/** Models whose price outside the US is not the book's: Amazon's and Meta's differ by region. Claude's are one price for all regions. */
export const REGION_PRICED = /^(amazon|meta|mistral|qwen|deepseek|google|nvidia|writer|openai\.gpt-oss)/;
