import { member } from './member.ts';
import { parseJson } from './parse-json.ts';
import type { Json, Message, Prompt, ToolUse } from './wire/converse.ts';

/** Checks a value against a JSON Schema: undefined when it fits, otherwise what does not. Given by an adapter. */
export type SchemaValidator = (schema: Json, value: unknown) => string | undefined;

export type Expectation = Prompt & { readonly expect?: { readonly jsonSchema: { readonly [key: string]: Json } } };

/** Why the cheap model's answer is not good enough. */
export type FailedCheck =
  | 'truncated'
  | 'content_filtered'
  | 'malformed'
  | 'refused'
  | 'empty'
  | 'not_json'
  | 'schema_mismatch'
  | 'unknown_tool'
  | 'tool_arguments';

/**
 * The free checks of a cheap answer; undefined: it passes. They catch what is plainly wrong and reject nothing that is right; that an answer
 * passes says nothing about its quality.
 */
export function failedCheck(
  answer: { readonly message: Message; readonly stopReason: string },
  asked: Expectation,
  validate: SchemaValidator,
): FailedCheck | undefined {
  const stopped = badStop(answer.stopReason, asked.inferenceConfig?.maxTokens !== undefined);
  if (stopped !== undefined) return stopped;
  const uses = answer.message.content.flatMap((block) => (block.toolUse === undefined ? [] : [block.toolUse]));
  if (uses.length > 0) return uses.map((use) => badToolUse(use, asked, validate)).find((problem) => problem !== undefined);
  const text = answer.message.content.map((block) => block.text ?? '').join('');
  if (text.trim() === '') return 'empty';
  const schema = expectedSchema(asked);
  if (schema !== undefined) return badJson(text, schema, validate);
  return looksRefused(text) ? 'refused' : undefined;
}

/** The JSON Schema that the answer's text must fit: the caller's expectation, or the output format asked of the model. */
export function expectedSchema(asked: Expectation): Json | undefined {
  if (asked.expect !== undefined) return asked.expect.jsonSchema;
  const format = member(asked.outputConfig, 'textFormat', 'structure', 'jsonSchema', 'schema');
  return typeof format === 'string' ? parseJson(format) : undefined;
}

/** A cut at the caller's own `maxTokens` is what the caller asked for; a cut at ours may be mended by a terser model. */
function badStop(stopReason: string, ownBound: boolean): FailedCheck | undefined {
  if (stopReason === 'max_tokens') return ownBound ? undefined : 'truncated';
  if (stopReason === 'content_filtered' || stopReason === 'refusal') return 'content_filtered';
  if (stopReason.startsWith('malformed_') || stopReason === 'model_context_window_exceeded') return 'malformed';
  return undefined;
}

function badToolUse(use: ToolUse, asked: Prompt, validate: SchemaValidator): FailedCheck | undefined {
  const tool = asked.toolConfig?.tools.find((candidate) => candidate.toolSpec?.name === use.name);
  if (tool?.toolSpec === undefined) return 'unknown_tool';
  return validate(tool.toolSpec.inputSchema.json, use.input) === undefined ? undefined : 'tool_arguments';
}

/** Models like to wrap JSON in a code fence, and readers of JSON know it: the fence is no failure. */
function badJson(text: string, schema: Json, validate: SchemaValidator): FailedCheck | undefined {
  const fenced = /^\s*```(?:json)?\s*\n([\s\S]*?)\n?```\s*$/.exec(text);
  const value = parseJson(fenced?.[1] ?? text);
  if (value === undefined) return 'not_json';
  return validate(schema, value) === undefined ? undefined : 'schema_mismatch';
}

/** A refusal is short and begins like one: a long answer that regrets something is not one. */
const REFUSAL = /^\s*(?:i['’]m sorry,? but|sorry, i can|i (?:can(?:no|['’])t|am unable to|['’]m unable to|am not able to)|as an ai\b)/i;
const looksRefused = (text: string): boolean => text.length < 400 && REFUSAL.test(text);
