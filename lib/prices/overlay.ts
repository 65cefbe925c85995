import type { PriceMode } from '../../functions/core/price-book.ts';
import type { ModelSettings } from '../../functions/core/settings.ts';
import { NEWER_MODELS } from './newer-models.ts';
import type { BookRow } from './price-book.ts';

/** The day it was read, and where. */
export type Origin = { readonly asOf: string; readonly source: string };
/** Says something of the models whose id, without region prefix, date and version, matches. */
export type Fact = Origin & { readonly models: RegExp };

/** A model that the generated book lacks. */
export type NewerModel = Origin & {
  readonly provider: ModelSettings['provider'];
  /** Without region prefix, date and version. */
  readonly model: string;
  /** Of which id these are the prices: of the `global.` profile, all else costing `REGIONAL_TENTHS` of it, or of every id. */
  readonly of: 'global' | 'every id';
  readonly rows: readonly [BookRow, ...BookRow[]];
};

/** Everything that is said beside the generated book. */
export type Overlay = {
  readonly newer: readonly NewerModel[];
  readonly hourWrites: readonly (Fact & { readonly timesInput: number })[];
  readonly half: readonly (Fact & { readonly modes: readonly Exclude<PriceMode, 'on_demand'>[] })[];
  /** Models of Bedrock that write into their cache unasked. */
  readonly implicitWrites: readonly Fact[];
};

/** Regional profiles (us., eu., jp., au., ...) and in-region calls cost this much of the `global.` price, in tenths, where both exist. */
export const REGIONAL_TENTHS = 11;

/** Models whose price outside the US is not the book's: it differs by region, by up to half. Claude's and GPT's do not. */
export const REGION_PRICED =
  /^(amazon|meta|mistral|qwen|deepseek|google|nvidia|writer|minimax|moonshot|moonshotai|zai|openai\.gpt-oss)[.-]/;

const PRICE_LIST: Origin = { asOf: '2026-09-14', source: 'AWS Price List (AmazonBedrock, us-east-1 and us-west-2), September 2026' };
const MARKETPLACE: Origin = { asOf: '2026-09-14', source: 'AWS Price List (AmazonBedrockFoundationModels), September 2026' };

const BATCH_AND_FLEX = [
  /^amazon\.nova-(pro|2-lite)$/,
  /^deepseek\.v3/,
  /^google\.gemma-3-/,
  /^minimax\.minimax-m2/,
  /^mistral\.(devstral-2|magistral-small|ministral-3|mistral-large-3|voxtral)-/,
  /^moonshot(ai)?\.kimi-k2/,
  /^nvidia\.nemotron-/,
  /^openai\.gpt-oss-/,
  /^qwen\.qwen3-/,
  /^writer\.palmyra-vision-/,
  /^zai\.glm-(4\.7|4\.7-flash|5)$/,
] as const;

/** Facts that no package has. Reviewed by hand; a later fact replaces the row. */
export const OVERLAY: Overlay = {
  newer: NEWER_MODELS,
  // Where the book has only the five-minute price.
  hourWrites: [
    { models: /claude/, timesInput: 2, asOf: '2026-11-22', source: 'Anthropic and Bedrock prompt-caching pages: 1h writes cost 2x input' },
  ],
  // Only models with a price of their own in that mode. All others have none: nothing is "half" by default.
  half: [
    {
      models: /^anthropic\.claude-(3-haiku|3-5-sonnet|3-7-sonnet|haiku-4-5|sonnet-4-5|sonnet-4-6|opus-4-5|opus-4-6|opus-5)$/,
      modes: ['batch'],
      ...MARKETPLACE,
    },
    {
      models:
        /^(amazon\.nova-(micro|lite)|mistral\.mistral-small-2402|meta\.llama(3-1-8b|3-1-70b|3-3-70b|4-scout-17b|4-maverick-17b)-instruct)$/,
      modes: ['batch'],
      ...PRICE_LIST,
    },
    ...BATCH_AND_FLEX.map((models) => ({ models, modes: ['batch', 'flex'] as const, ...PRICE_LIST })),
    { models: /^moonshotai\.kimi-k3$/, modes: ['flex'], asOf: '2026-10-05', source: 'AWS Price List (AmazonBedrock) of 2026-10-05' },
  ],
  implicitWrites: [
    {
      models: /^openai\.gpt-(5\.[6-9]|[6-9])/,
      asOf: '2026-11-22',
      source: 'OpenAI prompt-caching guide: from GPT-5.6 on, automatic cache writes cost 1.25x input',
    },
    {
      models: /^(moonshotai\.kimi-k3|zai\.glm-5\.3)$/,
      asOf: '2026-10-05',
      source: 'AWS Price List: 30-minute cache writes; whether they come unasked is not said, so they are expected',
    },
  ],
};
