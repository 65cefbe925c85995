import { createHash } from 'node:crypto';
import { member } from '../../functions/core/member.ts';
import type { ContentBlock, Json, Prompt } from '../../functions/core/wire/converse.ts';
import { type Directives, directivesOf } from './directives.ts';
import { instanceOf } from './json-instance.ts';
import type { StandInModel } from './models.ts';
import { blockTokens, piecesOf, textTokens } from './tokens.ts';

/** What the model says; it follows from the request alone, so the same request is always answered the same. */
export type Answer = {
  readonly content: readonly ContentBlock[];
  readonly stopReason: string;
  readonly outputTokens: number;
  readonly latencyMs: number;
  /** Named where one was asked for, or a directive says so. */
  readonly serviceTier?: { readonly type: string };
  /** In place of what the prompt and the answer count. */
  readonly usage?: Directives['usage'];
};

const WORDS =
  'the account shows a clear change since last week and the next step is to check each entry before it is booked so that totals hold'.split(
    ' ',
  );
const DECLINED = "I'm sorry, but I can't help with that request.";

/** Numbers that follow from the prompt: not random, but spread. */
function seedOf(prompt: Prompt): number {
  const hash = createHash('sha256');
  for (const piece of piecesOf(prompt)) if (piece.kind === 'content') hash.update(piece.identity);
  return hash.digest().readUInt32BE(0);
}

function proseOf(tokens: number, seed: number): string {
  const words: string[] = [];
  for (let at = 0, length = 0; length < tokens * 4; at += 1) {
    const word = WORDS[(seed + at * (1 + (seed % 7))) % WORDS.length] ?? 'and';
    words.push(word);
    length += word.length + 1;
  }
  return words
    .join(' ')
    .slice(0, tokens * 4)
    .replace(/ $/, '.');
}

/** The text, cut to `tokens` of the stand-in's own tokenizer. */
function cut(text: string, tokens: number): string {
  if (textTokens(text) <= tokens) return text;
  let length = Math.min(text.length, tokens * 4);
  while (length > 0 && textTokens(text.slice(0, length)) > tokens) length -= 1;
  return text.slice(0, length);
}

const wantsJson = (prompt: Prompt): Json | undefined => {
  const schema = member(prompt.outputConfig, 'textFormat', 'structure', 'jsonSchema', 'schema');
  return typeof schema === 'string' ? JSON.parse(schema) : undefined;
};

/** The tool that the request forces, with arguments that fit its schema. */
function forcedTool(prompt: Prompt): Directives['tool'] {
  const choice = prompt.toolConfig?.toolChoice ?? {};
  const name = member(choice, 'tool', 'name');
  if (name === undefined && choice['any'] === undefined) return undefined;
  const spec = prompt.toolConfig?.tools
    .map((tool) => tool.toolSpec)
    .find((tool) => tool !== undefined && (name === undefined || tool.name === name));
  return spec === undefined ? undefined : { name: spec.name, input: instanceOf(spec.inputSchema.json) };
}

function textOf(prompt: Prompt, model: StandInModel, directives: Directives, seed: number): string {
  const schema = wantsJson(prompt);
  const asksJson = directives.json !== undefined || schema !== undefined;
  if (directives.failOn !== undefined && model.id.includes(directives.failOn)) return asksJson ? '{"unfinished": ' : DECLINED;
  if (directives.refuse) return DECLINED;
  if (directives.json !== undefined) return directives.json;
  if (schema !== undefined) return JSON.stringify(instanceOf(schema));
  return proseOf(directives.out ?? 40 + (seed % 160), seed);
}

const toolUseId = (seed: number, name: string): string =>
  `tooluse_${createHash('sha256').update(`${seed} ${name}`).digest('base64url').slice(0, 22)}`;

/** What it would say without a bound: text, a tool call, or a text and then the call. */
function saidTo(prompt: Prompt, model: StandInModel, directives: Directives, seed: number): ContentBlock[] {
  const fails = directives.refuse || (directives.failOn !== undefined && model.id.includes(directives.failOn));
  const tool = fails ? undefined : (directives.tool ?? forcedTool(prompt));
  if (tool === undefined) return [{ text: textOf(prompt, model, directives, seed) }];
  const before = directives.out === undefined ? [] : [{ text: proseOf(directives.out, seed) }];
  return [...before, { toolUse: { toolUseId: toolUseId(seed, tool.name), ...tool } }];
}

const tokensOf = (content: readonly ContentBlock[]): number => content.reduce((sum, block) => sum + blockTokens(block), 0);

export function answerTo(prompt: Prompt, model: StandInModel): Answer {
  const directives = directivesOf(prompt);
  const tier = directives.tier ?? prompt.serviceTier?.type;
  const seed = seedOf(prompt);
  const limit = prompt.inferenceConfig?.maxTokens ?? model.maxOutputTokens;
  const said = saidTo(prompt, model, directives, seed);
  const wanted = tokensOf(said);
  const isCut = wanted > limit || directives.truncate;
  // A cut tool call is none: only text is left of it.
  const text = said[0]?.text ?? proseOf(wanted, seed);
  const content = isCut ? [{ text: cut(text, Math.max(1, Math.min(limit, directives.truncate ? Math.ceil(wanted / 2) : limit))) }] : said;
  const outputTokens = Math.min(tokensOf(content), limit);
  const completed = content.some((block) => block.toolUse !== undefined) ? 'tool_use' : 'end_turn';
  return {
    content,
    stopReason: isCut ? 'max_tokens' : completed,
    outputTokens,
    ...(tier === undefined ? {} : { serviceTier: { type: tier } }),
    ...(directives.usage === undefined ? {} : { usage: directives.usage }),
    latencyMs: directives.latencyMs ?? 15 + (seed % 20) + Math.ceil(outputTokens / 10),
  };
}
