import { z } from 'zod';
import { usd } from './field-shapes.ts';

const perMillion = (what: string) => usd.describe(`${what}, USD per million tokens.`);

/** The user's own price of a model: overrides the price book. */
export const priceShape = z
  .strictObject({
    input: perMillion('Plain input'),
    output: perMillion('Output, thinking included'),
    cacheRead: perMillion('Input read from the prompt cache (default: the input price)').exactOptional(),
    cacheWrite5m: perMillion('Input written to the prompt cache for 5 minutes (default: the input price)').exactOptional(),
    cacheWrite1h: perMillion('Input written to the prompt cache for 1 hour (default: the 5-minute price)').exactOptional(),
    batch: z
      .strictObject({ input: perMillion('Input of a batch job'), output: perMillion('Output of a batch job') })
      .describe('Prices of a batch job. Without it the model cannot be used in batch.')
      .exactOptional(),
  })
  .describe('Your own price of this model, instead of the price book.');

export const modelShape = z
  .strictObject({
    id: z
      .string('a model needs an id')
      .regex(/^(bedrock|google|anthropic|openai)\/\S+$/, 'not a model id')
      .describe('provider/id, pinned: bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0, google/gemini-2.5-flash. "latest" is refused.'),
    apiKeySecret: z
      .string()
      .min(1)
      .describe('Name of the Secrets Manager secret with the vendor’s API key (not for bedrock).')
      .exactOptional(),
    baseUrl: z.url('not a URL').describe('Another endpoint that speaks the vendor’s API (OpenAI-compatible servers).').exactOptional(),
    price: priceShape.exactOptional(),
  })
  .describe('A pinned model. Nothing else is ever called.');

export type ModelShape = z.infer<typeof modelShape>;
