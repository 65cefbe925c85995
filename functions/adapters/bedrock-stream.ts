import type {
  ContentBlockDelta,
  ContentBlockStart,
  ConverseStreamMetadataEvent,
  ConverseStreamOutput,
} from '@aws-sdk/client-bedrock-runtime';
import { textTokens } from '../core/token-estimate.ts';
import type { Message } from '../core/wire/converse.ts';
import { message } from '../schemas/converse.ts';
import { encodeBytes } from './bedrock-wire.ts';

type Block = {
  text?: string;
  toolUse?: { toolUseId: string; name: string; json: string };
  reasoning?: { text: string; signature?: string };
};

/** Puts the events of a Converse stream together into the message that they carry. */
export class StreamedMessage {
  readonly #blocks = new Map<number, Block>();
  #other: unknown[] = [];
  stopReason: string | undefined;
  metadata: ConverseStreamMetadataEvent | undefined;
  started = false;

  take(event: ConverseStreamOutput): void {
    this.started = true;
    const { contentBlockStart, contentBlockDelta, messageStop, metadata } = event;
    if (contentBlockStart !== undefined) this.#start(contentBlockStart.contentBlockIndex ?? 0, contentBlockStart.start);
    if (contentBlockDelta !== undefined) this.#add(contentBlockDelta.contentBlockIndex ?? 0, contentBlockDelta.delta);
    if (messageStop !== undefined) this.stopReason = messageStop.stopReason;
    if (metadata !== undefined) this.metadata = metadata;
  }

  message(): Message {
    const blocks = [...this.#blocks].sort(([a], [b]) => a - b).map(([, block]) => contentOf(block));
    return message.parse({ role: 'assistant', content: [...blocks.filter((block) => block !== undefined), ...this.#other] });
  }

  /** What has come so far, by the local estimate. */
  outputTokens(): number {
    const texts = [...this.#blocks.values()].flatMap(({ text, toolUse, reasoning }) => [text, toolUse?.json, reasoning?.text]);
    return texts.reduce((sum, text) => sum + textTokens(text ?? ''), 0);
  }

  #block(index: number): Block {
    const known = this.#blocks.get(index) ?? {};
    this.#blocks.set(index, known);
    return known;
  }

  #start(index: number, start: ContentBlockStart | undefined): void {
    const { toolUseId, name } = start?.toolUse ?? {};
    if (toolUseId !== undefined && name !== undefined) this.#block(index).toolUse = { toolUseId, name, json: '' };
  }

  #add(index: number, delta: ContentBlockDelta | undefined): void {
    if (delta === undefined) return;
    const block = this.#block(index);
    if (delta.text !== undefined) block.text = (block.text ?? '') + delta.text;
    else if (delta.toolUse !== undefined && block.toolUse !== undefined) block.toolUse.json += delta.toolUse.input ?? '';
    else if (delta.reasoningContent !== undefined) this.#reason(block, delta.reasoningContent);
    else if (delta.image !== undefined) this.#other = [...this.#other, encodeBytes({ image: delta.image })];
  }

  #reason(block: Block, { text, signature, redactedContent }: NonNullable<ContentBlockDelta['reasoningContent']>): void {
    block.reasoning ??= { text: '' };
    block.reasoning.text += text ?? '';
    if (signature !== undefined) block.reasoning.signature = signature;
    if (redactedContent !== undefined) this.#other.push(encodeBytes({ reasoningContent: { redactedContent } }));
  }
}

function contentOf({ text, toolUse, reasoning }: Block): unknown {
  if (toolUse !== undefined) return { toolUse: { toolUseId: toolUse.toolUseId, name: toolUse.name, input: parsedInput(toolUse.json) } };
  if (reasoning !== undefined && (reasoning.text !== '' || reasoning.signature !== undefined)) {
    return { reasoningContent: { reasoningText: reasoning } };
  }
  return text === undefined ? undefined : { text };
}

/** A tool call without arguments streams none; one that breaks off keeps its text, so that nothing is invented. */
function parsedInput(json: string): unknown {
  if (json === '') return {};
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
