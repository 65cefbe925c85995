import type { OpenaiMessage, OpenaiRequest } from '../schemas/openai-chat.ts';

type Turn = { readonly role: 'user' | 'assistant'; readonly content: unknown[] };

/** An OpenAI request as the router's, without its tags. What comes out is checked again as every request is. */
export function fromOpenai(body: OpenaiRequest): object {
  const system = body.messages.flatMap((message) =>
    message.role === 'system' || message.role === 'developer' ? textsOf(message.content) : [],
  );
  const maxTokens = body.max_completion_tokens ?? body.max_tokens ?? undefined;
  const stop = typeof body.stop === 'string' ? [body.stop] : (body.stop ?? undefined);
  const schema =
    body.response_format?.json_schema?.schema ?? (body.response_format?.type === 'json_object' ? { type: 'object' } : undefined);
  const inferenceConfig = {
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(typeof body.temperature === 'number' ? { temperature: body.temperature } : {}),
    ...(typeof body.top_p === 'number' ? { topP: body.top_p } : {}),
    ...(stop === undefined ? {} : { stopSequences: stop }),
  };
  return {
    messages: body.messages.flatMap(turnOf).reduce<Turn[]>(joined, []),
    ...(system.length === 0 ? {} : { system }),
    inferenceConfig,
    ...(body.tools === undefined || body.tools.length === 0 || body.tool_choice === 'none' ? {} : { toolConfig: toolsOf(body) }),
    // Models that know no output format are checked all the same, and asked again of the strong one when it does not fit.
    ...(schema === undefined ? {} : { expect: { jsonSchema: schema } }),
    model: body.model,
  };
}

const textsOf = (content: string | readonly { text: string }[]): unknown[] =>
  (typeof content === 'string' ? [content] : content.map(({ text }) => text)).filter((text) => text !== '').map((text) => ({ text }));

function turnOf(message: OpenaiMessage): Turn[] {
  switch (message.role) {
    case 'system':
    case 'developer':
      return [];
    case 'user':
      return [{ role: 'user', content: userContent(message.content) }];
    case 'assistant': {
      const uses = (message.tool_calls ?? []).map((call) => ({
        toolUse: { toolUseId: call.id, name: call.function.name, input: argumentsOf(call.function.arguments) },
      }));
      return [{ role: 'assistant', content: [...textsOf(message.content ?? ''), ...uses] }];
    }
    case 'tool':
      return [{ role: 'user', content: [{ toolResult: { toolUseId: message.tool_call_id, content: textsOf(message.content) } }] }];
  }
}

function userContent(content: Extract<OpenaiMessage, { role: 'user' }>['content']): unknown[] {
  if (typeof content === 'string') return textsOf(content);
  return content.map((part) => {
    if (part.type === 'text') return { text: part.text };
    const [head = '', bytes = ''] = part.image_url.url.split(',', 2);
    return { image: { format: /^data:image\/([a-z]+)/.exec(head)?.[1], source: { bytes } } };
  });
}

/** Results of parallel calls are messages of their own in OpenAI, and one turn in Converse. */
function joined(turns: Turn[], turn: Turn): Turn[] {
  const last = turns.at(-1);
  if (last === undefined || last.role !== turn.role) return [...turns, turn];
  return [...turns.slice(0, -1), { role: last.role, content: [...last.content, ...turn.content] }];
}

/** Arguments are the model's own text: what is no JSON is kept as it is, so that a loop over it is still seen. */
function argumentsOf(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    return { arguments: text };
  }
}

function toolsOf({ tools = [], tool_choice }: OpenaiRequest): object {
  const specs = tools.map(({ function: { name, description, parameters } }) => ({
    toolSpec: { name, ...(description === undefined ? {} : { description }), inputSchema: { json: parameters ?? { type: 'object' } } },
  }));
  if (tool_choice === 'required') return { tools: specs, toolChoice: { any: {} } };
  return typeof tool_choice === 'object' ? { tools: specs, toolChoice: { tool: { name: tool_choice.function.name } } } : { tools: specs };
}
