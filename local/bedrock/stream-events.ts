import type { ContentBlock } from '../../functions/core/wire/converse.ts';

const CHUNK = 160;
const chunks = (text: string): string[] => text.match(new RegExp(`[\\s\\S]{1,${CHUNK}}`, 'g')) ?? [''];

function* blockEvents(block: ContentBlock, contentBlockIndex: number): Generator<readonly [string, unknown]> {
  if (block.toolUse !== undefined) {
    const { toolUseId, name, input } = block.toolUse;
    yield ['contentBlockStart', { contentBlockIndex, start: { toolUse: { toolUseId, name } } }];
    for (const part of chunks(JSON.stringify(input)))
      yield ['contentBlockDelta', { contentBlockIndex, delta: { toolUse: { input: part } } }];
  } else {
    for (const text of chunks(block.text ?? '')) yield ['contentBlockDelta', { contentBlockIndex, delta: { text } }];
  }
  yield ['contentBlockStop', { contentBlockIndex }];
}

/** A whole answer as the events of ConverseStream; usage comes last, in `metadata`. */
export function* streamEvents(
  answer: { readonly content: readonly ContentBlock[]; readonly stopReason: string },
  metadata: unknown,
): Generator<readonly [string, unknown]> {
  yield ['messageStart', { role: 'assistant' }];
  for (const [index, block] of answer.content.entries()) yield* blockEvents(block, index);
  yield ['messageStop', { stopReason: answer.stopReason }];
  yield ['metadata', metadata];
}
