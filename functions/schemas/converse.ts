import * as z from 'zod';
import type { Json } from '../core/wire/converse.ts';

/** Values that came out of a JSON parser, and are passed on unread. Their depth is bounded before. */
export const json = z.custom<Json>((value) => value !== undefined, 'is missing');
export const jsonObject = z.custom<{ readonly [key: string]: Json }>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be an object',
);

const MOST_MESSAGES = 10_000;
const MOST_BLOCKS = 2_000;
const MOST_TOOLS = 1_000;

const cachePoint = z.object({ type: z.literal('default'), ttl: z.enum(['5m', '1h']).exactOptional() });
const toolName = z.string().min(1).max(128);
const toolUse = z.object({ toolUseId: z.string().min(1).max(256), name: toolName, input: json });
const toolResult = z.object({
  toolUseId: z.string().min(1).max(256),
  content: z.array(jsonObject).max(MOST_BLOCKS),
  status: z.enum(['success', 'error']).exactOptional(),
});

/** Converse blocks: those that Spillway looks at are checked, the others pass through to the model. */
const contentBlock = z
  .looseObject({
    text: z.string().exactOptional(),
    toolUse: toolUse.exactOptional(),
    toolResult: toolResult.exactOptional(),
    cachePoint: cachePoint.exactOptional(),
  })
  .refine((block) => Object.keys(block).length === 1, 'a content block has exactly one member, such as text, image, toolUse or toolResult');

const content = z.array(contentBlock).max(MOST_BLOCKS);
export const message = z.object({ role: z.enum(['user', 'assistant', 'system']), content });

const tool = z
  .looseObject({
    toolSpec: z
      .looseObject({
        name: toolName,
        description: z.string().exactOptional(),
        inputSchema: z.object({ json }),
      })
      .exactOptional(),
    cachePoint: cachePoint.exactOptional(),
  })
  .refine((entry) => Object.keys(entry).length === 1, 'a tool has exactly one member: toolSpec or cachePoint');

export const messages = z
  .array(message.extend({ content: content.min(1) }))
  .min(1)
  .max(MOST_MESSAGES);
export const system = z.array(contentBlock).max(MOST_BLOCKS);
export const toolConfig = z.strictObject({ tools: z.array(tool).min(1).max(MOST_TOOLS), toolChoice: jsonObject.exactOptional() });
export const inferenceConfig = z.strictObject({
  maxTokens: z.int().min(1).max(1_000_000).exactOptional(),
  temperature: z.number().min(0).max(2).exactOptional(),
  topP: z.number().min(0).max(1).exactOptional(),
  stopSequences: z.array(z.string().min(1).max(1_000)).max(2_500).exactOptional(),
});
