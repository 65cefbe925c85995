import type { ContentBlock, Message, Prompt } from '../wire/converse.ts';

/** The prompt without the ids of its tool calls, which are made anew for every call: prompts that differ in nothing else ask the same. */
export const withoutCallIds = (prompt: Prompt): object => ({ ...prompt, messages: prompt.messages.map(withoutIds) });

const withoutIds = ({ role, content }: Message) => ({ role, content: content.map(withoutId) });

function withoutId(block: ContentBlock): object {
  if (block.toolUse !== undefined) return { toolUse: { ...block.toolUse, toolUseId: undefined } };
  return block.toolResult === undefined ? block : { toolResult: { ...block.toolResult, toolUseId: undefined } };
}
