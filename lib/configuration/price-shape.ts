import { z } from 'zod';
import { tokens, usd } from './field-shapes.ts';

const perMillion = (what: string) => usd.describe(`${what}, USD per million tokens.`);

/** Prices of one mode, without its long prompts. */
const meters = {
  input: perMillion('Plain input'),
  output: perMillion('Output, thinking included'),
  cacheRead: perMillion('Input read from the prompt cache (default: the input price)').exactOptional(),
  cacheWrite5m: perMillion('Input written to the prompt cache for 5 minutes, or unasked (default: the input price)').exactOptional(),
  cacheWrite1h: perMillion('Input written to the prompt cache for 1 hour (default: the 5-minute price)').exactOptional(),
};

const longPrompt = z
  .strictObject({
    aboveTokens: tokens.describe('The longest prompt, cached tokens included, that does not cost these prices.'),
    ...meters,
  })
  .describe('Prices of EVERY token of a request whose prompt is longer.')
  .exactOptional();

const modePrice = (what: string) =>
  z
    .strictObject({ ...meters, longPrompt })
    .describe(what)
    .exactOptional();

const date = z.iso.date('not a day: write yyyy-mm-dd');

const datedPrice = z.strictObject({
  from: date.describe('First UTC day of this price; it holds until the next one of the list (default: always).').exactOptional(),
  ...meters,
  longPrompt,
  batch: modePrice('Prices of a batch job. Without them the model cannot be used in batch.'),
  flex: modePrice('Prices of the flex service tier. Without them an answer at that tier has no price.'),
  priority: modePrice('Prices of the priority service tier. No price book has them.'),
  free: z
    .literal(true, 'write true, or leave it out')
    .describe('Calls cost nothing (a server of your own, baseUrl): a price of 0 is meant. No cap will ever stop them.')
    .exactOptional(),
  asOf: date.describe('The day you read this price: after 90 days you are warned (default: never).').exactOptional(),
  source: z.string().min(1).describe('Where this price is from (default: spillway.yaml).').exactOptional(),
});

/** One price, or dated ones. */
export const priceShape = z
  .union([datedPrice, z.array(datedPrice).nonempty('write at least one price')])
  .describe('Your own price of this model, or a list of dated ones. It replaces the whole price book for this model, every mode of it.');

export type DatedPriceShape = z.infer<typeof datedPrice>;
export type ModePriceShape = Pick<DatedPriceShape, keyof typeof meters | 'longPrompt'>;
export type MetersShape = Pick<DatedPriceShape, keyof typeof meters>;
