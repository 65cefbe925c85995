import type { AnthropicBlock, AnthropicRequest } from '../schemas/anthropic-messages.ts';

type CacheControl = { readonly ttl?: '5m' | '1h' } | null | undefined;

/** An Anthropic request as the router's, without its tags. What comes out is checked again as every request is. */
export function fromAnthropic(body: AnthropicRequest) {
  const { max_tokens, temperature, top_p, stop_sequences } = body;
  const inferenceConfig = {
    ...(max_tokens === undefined ? {} : { maxTokens: max_tokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(top_p === undefined ? {} : { topP: top_p }),
    ...(stop_sequences === undefined ? {} : { stopSequences: stop_sequences }),
  };
  const system = typeof body.system === 'string' ? [{ text: body.system }] : body.system?.flatMap(blockOf);
  return {
    messages: body.messages.map(({ role, content }) => ({
      role,
      content: typeof content === 'string' ? [{ text: content }] : content.flatMap(blockOf),
    })),
    ...(system === undefined ? {} : { system }),
    inferenceConfig,
    ...(body.tools === undefined || body.tools.length === 0 || body.tool_choice?.type === 'none' ? {} : { toolConfig: toolsOf(body) }),
    model: body.model,
  };
}

function blockOf(block: AnthropicBlock): unknown[] {
  switch (block.type) {
    case 'text':
      return [{ text: block.text }, ...cachePoint(block.cache_control)];
    case 'image':
      return [imageOf(block.source), ...cachePoint(block.cache_control)];
    case 'thinking':
      return [
        {
          reasoningContent: {
            reasoningText: { text: block.thinking, ...(block.signature === undefined ? {} : { signature: block.signature }) },
          },
        },
      ];
    case 'tool_use':
      return [{ toolUse: { toolUseId: block.id, name: block.name, input: block.input } }, ...cachePoint(block.cache_control)];
    case 'tool_result':
      return [{ toolResult: toolResultOf(block) }, ...cachePoint(block.cache_control)];
  }
}

function toolResultOf({ tool_use_id, content = [], is_error }: Extract<AnthropicBlock, { type: 'tool_result' }>) {
  const blocks =
    typeof content === 'string'
      ? [{ text: content }]
      : content.map((part) => (part.type === 'text' ? { text: part.text } : imageOf(part.source)));
  return { toolUseId: tool_use_id, content: blocks, ...(is_error === true ? { status: 'error' } : {}) };
}

/** `image/png` is `png` in Converse. */
const imageOf = ({ media_type, data }: { media_type: string; data: string }) => ({
  image: { format: media_type.split('/').at(-1), source: { bytes: data } },
});

const cachePoint = (control: CacheControl): unknown[] =>
  control === undefined || control === null
    ? []
    : [{ cachePoint: { type: 'default', ...(control.ttl === undefined ? {} : { ttl: control.ttl }) } }];

function toolsOf({ tools = [], tool_choice }: AnthropicRequest) {
  const specs = tools.flatMap(({ name, description, input_schema, cache_control }) => [
    { toolSpec: { name, ...(description === undefined ? {} : { description }), inputSchema: { json: input_schema } } },
    ...cachePoint(cache_control),
  ]);
  const choice = tool_choice?.type;
  if (choice === 'any') return { tools: specs, toolChoice: { any: {} } };
  return choice === 'tool' ? { tools: specs, toolChoice: { tool: { name: tool_choice?.name ?? '' } } } : { tools: specs };
}
