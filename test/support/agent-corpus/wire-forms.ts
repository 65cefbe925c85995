import type { ContentBlock, Message } from '../../../functions/core/wire/converse.ts';
import { fromAnthropic } from '../../../functions/gateway/anthropic-request.ts';
import { fromOpenai } from '../../../functions/gateway/openai-request.ts';
import { anthropicRequest } from '../../../functions/schemas/anthropic-messages.ts';
import { messages as converseMessages } from '../../../functions/schemas/converse.ts';
import { openaiRequest } from '../../../functions/schemas/openai-chat.ts';

const textOf = (blocks: readonly { readonly text?: unknown }[]): string =>
  blocks.map(({ text }) => (typeof text === 'string' ? text : '')).join('');

/** The conversation as OpenAI's SDK sends it: one message a result, no status. */
const openaiMessages = (messages: readonly Message[]): object[] =>
  messages.flatMap(({ role, content }): object[] => {
    const results = content.flatMap(({ toolResult }) => toolResult ?? []);
    if (results.length > 0) {
      return results.map(({ toolUseId, content: said }) => ({ role: 'tool', tool_call_id: toolUseId, content: textOf(said) }));
    }
    const calls = content.flatMap(({ toolUse }) => toolUse ?? []);
    if (calls.length === 0) return [{ role, content: textOf(content) }];
    const toolCalls = calls.map(({ toolUseId, name, input }) => ({
      id: toolUseId,
      type: 'function',
      function: { name, arguments: JSON.stringify(input) },
    }));
    return [{ role, content: null, tool_calls: toolCalls }];
  });

function anthropicBlock({ text, toolUse, toolResult }: ContentBlock): object {
  if (toolUse !== undefined) return { type: 'tool_use', id: toolUse.toolUseId, name: toolUse.name, input: toolUse.input };
  if (toolResult === undefined) return { type: 'text', text };
  const { toolUseId, content, status } = toolResult;
  return { type: 'tool_result', tool_use_id: toolUseId, content: textOf(content), ...(status === 'error' ? { is_error: true } : {}) };
}

const anthropicMessages = (messages: readonly Message[]): object[] =>
  messages.map(({ role, content }) => ({ role, content: content.map(anthropicBlock) }));

/** What the gateway makes of a conversation that comes in as a vendor's SDK sends it. */
export const THROUGH: Readonly<Record<string, (messages: readonly Message[]) => readonly Message[]>> = {
  Converse: (messages) => converseMessages.parse(messages),
  OpenAI: (messages) => through(fromOpenai(openaiRequest.parse({ model: 'auto', messages: openaiMessages(messages) }))),
  Anthropic: (messages) => through(fromAnthropic(anthropicRequest.parse({ model: 'auto', messages: anthropicMessages(messages) }))),
};

const through = (request: object): readonly Message[] => converseMessages.parse('messages' in request ? request.messages : undefined);
