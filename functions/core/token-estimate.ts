import { canonicalJson } from './canonical-json.ts';
import type { ContentBlock, Prompt } from './wire/converse.ts';

/**
 * An upper estimate of a prompt's tokens, with no network and no vocabulary. The rule, for ordinary text in any language:
 * a word costs one token per 3 letters (per 2 when all capitals; each hump of camelCase is a word), a digit or a sign one, a run of white
 * space one per 3 characters (a single space none), any other character one or two by its UTF-8 length. English comes out about 1.5 times the true count.
 * It is a bound for what people and programs write, not a proof: the excess that a strange text may cause is booked as `hold_exceeded`.
 */
export function estimateTokens(prompt: Prompt): number {
  const system = prompt.system ?? [];
  const tools = prompt.toolConfig?.tools ?? [];
  const output = prompt.outputConfig === undefined ? 0 : textTokens(canonicalJson(prompt.outputConfig)) + TOOLS_OVERHEAD;
  const ofTools = tools.length === 0 ? 0 : TOOLS_OVERHEAD + textTokens(canonicalJson(tools));
  const ofSystem = system.reduce((sum, block) => sum + blockTokens(block), 0);
  const ofMessages = prompt.messages.reduce((sum, message) => sum + PER_MESSAGE + contentTokens(message.content), 0);
  return PER_REQUEST + output + ofTools + ofSystem + ofMessages;
}

/** Tokens of what a cache point after tools and system would cover. */
export const estimatePrefixTokens = (prompt: Prompt): number => estimateTokens({ ...prompt, messages: [] });

const PER_REQUEST = 16;
const PER_MESSAGE = 8;
const PER_BLOCK = 4;
/** Vendors add a system prompt of their own when tools or a schema are given (Anthropic documents up to 530 tokens). */
const TOOLS_OVERHEAD = 600;
/** The largest count that a current model bills for one image (1,600 for most; about 4,800 at high resolution). */
const PER_IMAGE = 4_800;

const contentTokens = (content: readonly ContentBlock[]): number => content.reduce((sum, block) => sum + blockTokens(block), 0);

function blockTokens(block: ContentBlock): number {
  if (block.text !== undefined) return PER_BLOCK + textTokens(block.text);
  if (block['image'] !== undefined) return PER_IMAGE;
  if (block.cachePoint !== undefined) return 0;
  if (block.toolResult !== undefined) {
    return PER_BLOCK * 4 + block.toolResult.content.reduce((sum, part) => sum + blockTokens(part), 0);
  }
  // A document's file may be compressed: one token per byte of it bounds its text and its page images.
  if (block['document'] !== undefined || block['video'] !== undefined) return PER_BLOCK + Math.ceil(canonicalJson(block).length * 0.75);
  return PER_BLOCK * 4 + textTokens(canonicalJson(block));
}

/** Letters per token at most: plain words, and words in capitals. */
const LETTERS_PER_TOKEN = 3;
const CAPITALS_PER_TOKEN = 2;

/** The rule for text. One pass over the characters: 5 MB take some 30 ms. */
export function textTokens(text: string): number {
  let tokens = 0;
  for (let i = 0; i < text.length; ) {
    const code = text.charCodeAt(i);
    const start = i;
    if (isUpper(code) || isLower(code)) {
      while (isUpper(text.charCodeAt(i))) i++;
      const capitals = i - start;
      while (isLower(text.charCodeAt(i))) i++;
      tokens += capitals > 1 ? Math.ceil(capitals / CAPITALS_PER_TOKEN) : 0;
      tokens += Math.ceil((i - start - (capitals > 1 ? capitals : 0)) / LETTERS_PER_TOKEN);
    } else if (isSpace(code)) {
      while (isSpace(text.charCodeAt(i))) i++;
      tokens += i - start === 1 && code === 0x20 ? 0 : Math.ceil((i - start) / LETTERS_PER_TOKEN);
    } else {
      i++;
      tokens += code < 0x800 ? 1 : 2;
    }
  }
  return tokens;
}

const isUpper = (code: number): boolean => code >= 65 && code <= 90;
const isLower = (code: number): boolean => code >= 97 && code <= 122;
const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);
