import { z } from 'zod';
import { priceShape } from './price-shape.ts';

export const modelShape = z
  .strictObject({
    id: z
      .string('a model needs an id')
      .regex(/^(bedrock|google|anthropic|openai)\/\S+$/, 'not a model id')
      .describe(
        'provider/id, pinned: bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0, google/gemini-2.5-flash; or bedrock/ and the ARN of a foundation model or an inference profile. "latest" is refused.',
      ),
    base: z
      .string('write a Bedrock model id')
      .min(1, 'write a Bedrock model id')
      .describe(
        'What an application inference profile was made from (its own ARN does not tell): us.anthropic.claude-haiku-4-5-20251001-v1:0, or the ARN of a foundation model or system profile. Prices, caching and rights go by it; the ARN of id is called.',
      )
      .exactOptional(),
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
