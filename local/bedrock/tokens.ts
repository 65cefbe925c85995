import type { ContentBlock, Message, Prompt, Tool } from '../../functions/core/wire/converse.ts';

/** An image costs the same whatever it shows. */
export const IMAGE_TOKENS = 1_500;
const PER_MESSAGE = 3;
const PER_TOOL = 4;

/** The stand-in's tokenizer: four ASCII characters a token, rounded up; every other character is a token of its own. */
export function textTokens(text: string): number {
  if (!/[^\p{ASCII}]/u.test(text)) return Math.ceil(text.length / 4);
  const other = text.match(/[^\p{ASCII}]/gu) ?? [];
  return Math.ceil((text.length - other.join('').length) / 4) + other.length;
}

/** One content block: tool calls and results count as their JSON, a document as its bytes, an image as a constant. */
export function blockTokens(block: ContentBlock): number {
  if (block.text !== undefined) return textTokens(block.text);
  if (block.cachePoint !== undefined) return 0;
  if (block.toolUse !== undefined) return PER_TOOL + textTokens(block.toolUse.name + JSON.stringify(block.toolUse.input));
  if (block.toolResult !== undefined) return PER_TOOL + textTokens(JSON.stringify(block.toolResult.content));
  if ('image' in block) return IMAGE_TOKENS;
  if ('document' in block) return Math.ceil((JSON.stringify(block['document']).length * 3) / 16);
  return textTokens(JSON.stringify(block));
}

/** One step of the prompt in the order in which the cache sees it: tools, then system, then messages. */
export type Piece =
  | { readonly kind: 'content'; readonly tokens: number; readonly identity: string }
  | { readonly kind: 'cachePoint'; readonly ttl: '5m' | '1h' };

const cachePoint = (point: { readonly ttl?: '5m' | '1h' }): Piece => ({ kind: 'cachePoint', ttl: point.ttl ?? '5m' });

function toolPiece(tool: Tool): Piece {
  if (tool.cachePoint !== undefined) return cachePoint(tool.cachePoint);
  const identity = JSON.stringify(tool);
  return { kind: 'content', tokens: PER_TOOL + textTokens(identity), identity: `tool ${identity}` };
}

function blockPiece(block: ContentBlock, where: string, overhead = 0): Piece {
  if (block.cachePoint !== undefined) return cachePoint(block.cachePoint);
  return { kind: 'content', tokens: overhead + blockTokens(block), identity: `${where} ${JSON.stringify(block)}` };
}

const messagePieces = (message: Message): Piece[] =>
  message.content.map((block, index) => blockPiece(block, message.role, index === 0 ? PER_MESSAGE : 0));

export const piecesOf = (prompt: Prompt): Piece[] => [
  ...(prompt.toolConfig?.tools ?? []).map(toolPiece),
  ...(prompt.system ?? []).map((block) => blockPiece(block, 'system')),
  ...prompt.messages.flatMap(messagePieces),
];

/** All input tokens of a prompt, cached or not: what CountTokens answers. */
export const promptTokensOf = (prompt: Prompt): number =>
  piecesOf(prompt).reduce((sum, piece) => sum + (piece.kind === 'content' ? piece.tokens : 0), 0);
