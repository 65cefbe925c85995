import * as z from 'zod';
import { json, jsonObject } from './converse.ts';

const cacheControl = z
  .looseObject({ ttl: z.enum(['5m', '1h']).exactOptional() })
  .nullable()
  .exactOptional();
const imageSource = z.looseObject({ type: z.literal('base64'), media_type: z.string().max(64), data: z.string() });

const text = z.looseObject({ type: z.literal('text'), text: z.string(), cache_control: cacheControl });
const image = z.looseObject({ type: z.literal('image'), source: imageSource, cache_control: cacheControl });
const toolUse = z.looseObject({ type: z.literal('tool_use'), id: z.string(), name: z.string(), input: json, cache_control: cacheControl });
const thinking = z.looseObject({ type: z.literal('thinking'), thinking: z.string(), signature: z.string().exactOptional() });
const toolResult = z.looseObject({
  type: z.literal('tool_result'),
  tool_use_id: z.string(),
  content: z.union([z.string(), z.array(z.discriminatedUnion('type', [text, image]))]).exactOptional(),
  is_error: z.boolean().exactOptional(),
  cache_control: cacheControl,
});
const block = z.discriminatedUnion('type', [text, image, toolUse, toolResult, thinking]);
const tool = z.looseObject({
  name: z.string(),
  description: z.string().exactOptional(),
  input_schema: jsonObject,
  cache_control: cacheControl,
});

/** What the Anthropic SDK sends to /v1/messages, as far as Converse can carry it; other members are ignored. */
export const anthropicRequest = z.looseObject({
  model: z.string(),
  max_tokens: z.int().exactOptional(),
  messages: z.array(z.looseObject({ role: z.enum(['user', 'assistant']), content: z.union([z.string(), z.array(block)]) })),
  system: z.union([z.string(), z.array(text)]).exactOptional(),
  temperature: z.number().exactOptional(),
  top_p: z.number().exactOptional(),
  stop_sequences: z.array(z.string()).exactOptional(),
  tools: z.array(tool).exactOptional(),
  tool_choice: z.looseObject({ type: z.enum(['auto', 'any', 'tool', 'none']), name: z.string().exactOptional() }).exactOptional(),
  stream: z.boolean().exactOptional(),
});
export type AnthropicRequest = z.infer<typeof anthropicRequest>;
export type AnthropicBlock = z.infer<typeof block>;
