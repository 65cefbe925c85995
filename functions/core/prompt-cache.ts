import type { CacheWrite } from './price-book.ts';
import type { ModelSettings } from './settings.ts';
import { estimatePrefixTokens } from './token-estimate.ts';
import type { ContentBlock, Prompt, Tool } from './wire/converse.ts';

type CachePoint = NonNullable<ContentBlock['cachePoint']>;

/**
 * Puts one cache point after the static prefix (tools and system), where the model caches and the prefix is long enough to be cached; a
 * caller's own points are left as they are. For a model that knows no cache points, all are taken out.
 */
export function placeCachePoints(prompt: Prompt, model: ModelSettings, cache: 'auto' | 'off' | '1h'): Prompt {
  if (model.cacheMaxPoints === 0) return withoutCachePoints(prompt);
  if (cache === 'off' || cacheWriteOf(prompt) !== 'none') return prompt;
  // The estimate is an upper one: a prefix that turns out too short is simply not cached, and costs nothing more.
  if (estimatePrefixTokens(prompt) < model.cacheMinTokens) return prompt;
  const point: { cachePoint: CachePoint } = { cachePoint: cache === '1h' ? { type: 'default', ttl: '1h' } : { type: 'default' } };
  if (prompt.system !== undefined && prompt.system.length > 0) return { ...prompt, system: [...prompt.system, point] };
  if (prompt.toolConfig === undefined) return prompt;
  return { ...prompt, toolConfig: { ...prompt.toolConfig, tools: [...prompt.toolConfig.tools, point] } };
}

/** The dearest cache write that the prompt asks for. */
export function cacheWriteOf(prompt: Prompt): CacheWrite {
  const points = allBlocks(prompt).flatMap((block) => (block.cachePoint === undefined ? [] : [block.cachePoint]));
  if (points.length === 0) return 'none';
  return points.some((point) => point.ttl === '1h') ? '1h' : '5m';
}

const allBlocks = (prompt: Prompt): readonly (ContentBlock | Tool)[] => [
  ...(prompt.toolConfig?.tools ?? []),
  ...(prompt.system ?? []),
  ...prompt.messages.flatMap((message) => message.content),
];

const isContent = (block: ContentBlock | Tool): boolean => block.cachePoint === undefined;

function withoutCachePoints(prompt: Prompt): Prompt {
  if (cacheWriteOf(prompt) === 'none') return prompt;
  const messages = prompt.messages.map((message) => ({ ...message, content: message.content.filter(isContent) }));
  const system = prompt.system === undefined ? {} : { system: prompt.system.filter(isContent) };
  const tools = prompt.toolConfig;
  return {
    ...prompt,
    messages,
    ...system,
    ...(tools === undefined ? {} : { toolConfig: { ...tools, tools: tools.tools.filter(isContent) } }),
  };
}
