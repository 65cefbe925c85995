import type { ContentBlock, Message } from './wire/converse.ts';

/** A whole answer as the events that a Converse stream would have carried it in. */
export function* streamEvents(message: Message, stopReason: string): Generator<{ readonly [kind: string]: unknown }> {
  yield { messageStart: { role: message.role } };
  for (const [contentBlockIndex, block] of message.content.entries()) {
    const { toolUse } = block;
    if (toolUse !== undefined) {
      yield { contentBlockStart: { contentBlockIndex, start: { toolUse: { toolUseId: toolUse.toolUseId, name: toolUse.name } } } };
      yield { contentBlockDelta: { contentBlockIndex, delta: { toolUse: { input: JSON.stringify(toolUse.input) } } } };
    } else {
      yield { contentBlockDelta: { contentBlockIndex, delta: deltaOf(block) } };
    }
    yield { contentBlockStop: { contentBlockIndex } };
  }
  yield { messageStop: { stopReason } };
}

/** Text goes as it is; blocks of other kinds go whole, as one delta of their own kind. */
const deltaOf = (block: ContentBlock): { readonly [kind: string]: unknown } =>
  block.text === undefined ? { ...block } : { text: block.text };
