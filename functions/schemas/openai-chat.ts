import * as z from 'zod';
import { jsonObject } from './converse.ts';

const textPart = z.looseObject({ type: z.literal('text'), text: z.string() });
const imagePart = z.looseObject({
  type: z.literal('image_url'),
  image_url: z.looseObject({
    url: z.string().regex(/^data:image\/[a-z]+;base64,/, 'must be a data: URL with base64; addresses are not fetched'),
  }),
});
const texts = z.union([z.string(), z.array(textPart)]);
const toolCall = z.looseObject({ id: z.string(), function: z.looseObject({ name: z.string(), arguments: z.string() }) });

const message = z.discriminatedUnion('role', [
  z.looseObject({ role: z.enum(['system', 'developer']), content: texts }),
  z.looseObject({ role: z.literal('user'), content: z.union([z.string(), z.array(z.discriminatedUnion('type', [textPart, imagePart]))]) }),
  z.looseObject({ role: z.literal('assistant'), content: texts.nullable().exactOptional(), tool_calls: z.array(toolCall).exactOptional() }),
  z.looseObject({ role: z.literal('tool'), tool_call_id: z.string(), content: texts }),
]);

const functionTool = z.looseObject({
  type: z.literal('function'),
  function: z.looseObject({ name: z.string(), description: z.string().exactOptional(), parameters: jsonObject.exactOptional() }),
});
const responseFormat = z.looseObject({
  type: z.enum(['text', 'json_object', 'json_schema']),
  json_schema: z.looseObject({ schema: jsonObject }).exactOptional(),
});

/** What the OpenAI SDK sends to /v1/chat/completions, as far as Converse can carry it; other members are ignored. */
export const openaiRequest = z.looseObject({
  model: z.string(),
  messages: z.array(message),
  max_tokens: z.int().nullable().exactOptional(),
  max_completion_tokens: z.int().nullable().exactOptional(),
  temperature: z.number().nullable().exactOptional(),
  top_p: z.number().nullable().exactOptional(),
  stop: z
    .union([z.string(), z.array(z.string())])
    .nullable()
    .exactOptional(),
  n: z.literal(1, 'only one answer is made').nullable().exactOptional(),
  tools: z.array(functionTool).exactOptional(),
  tool_choice: z
    .union([z.enum(['auto', 'none', 'required']), z.looseObject({ function: z.looseObject({ name: z.string() }) })])
    .exactOptional(),
  response_format: responseFormat.exactOptional(),
  stream: z.boolean().nullable().exactOptional(),
});
export type OpenaiRequest = z.infer<typeof openaiRequest>;
export type OpenaiMessage = z.infer<typeof message>;
