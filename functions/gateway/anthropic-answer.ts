import { REFUSALS, type Refusal } from '../core/errors.ts';
import { member } from '../core/member.ts';
import type { ContentBlock } from '../core/wire/converse.ts';
import { wireRefusal } from '../core/wire/refusal.ts';
import type { RouteAnswer } from '../core/wire/route.ts';
import type { ModelEvent } from '../ports/model-client.ts';
import { retryHeaders } from '../runtime/http.ts';
import type { SendEvent } from '../runtime/server-sent-events.ts';

/** An answer as the Anthropic SDK reads it. */
export const anthropicMessage = ({ requestId, output, stopReason, usage, receipt }: RouteAnswer) => ({
  id: requestId,
  type: 'message',
  role: 'assistant',
  model: receipt.model,
  content: (output?.message.content ?? []).flatMap(blockOf),
  stop_reason: stopReasonOf(stopReason),
  stop_sequence: null,
  usage: usageOf(usage),
});

const usageOf = (usage: RouteAnswer['usage']) => ({
  input_tokens: usage.inputTokens,
  output_tokens: usage.outputTokens,
  cache_read_input_tokens: usage.cacheReadInputTokens,
  cache_creation_input_tokens: usage.cacheWriteInputTokens,
});

/** Converse's words are Anthropic's own, but for filtered content. */
const stopReasonOf = (reason: string): string => (reason === 'content_filtered' || reason === 'guardrail_intervened' ? 'refusal' : reason);

function blockOf({ text, toolUse, ...other }: ContentBlock): object[] {
  if (text !== undefined) return [{ type: 'text', text }];
  if (toolUse !== undefined) return [{ type: 'tool_use', id: toolUse.toolUseId, name: toolUse.name, input: toolUse.input }];
  const thought = member(other, 'reasoningContent', 'reasoningText');
  const thinking = member(thought, 'text');
  return thinking === undefined ? [] : [{ type: 'thinking', thinking, signature: member(thought, 'signature') ?? '' }];
}

/** A refusal as the Anthropic SDK raises it: the status picks the class, the facts are in `error`. */
export function anthropicError(refusal: Refusal, nowMs: number): Response {
  const facts = wireRefusal(refusal);
  return Response.json(
    { type: 'error', error: { type: refusal.reason, ...facts } },
    { status: REFUSALS[refusal.reason].status, headers: retryHeaders(refusal, nowMs) },
  );
}

/** Converse stream events as Anthropic's. Blocks of text have no start of their own in Converse; here every block has one. */
export function anthropicEvents(send: SendEvent): { take(event: ModelEvent): void; end(answer: RouteAnswer): void } {
  const open = new Set<unknown>();
  let begun = false;
  const emit = (type: string, data: object) => send(type, { type, ...data });
  const begin = () => {
    if (begun) return;
    begun = true;
    const message = { id: '', type: 'message', role: 'assistant', model: '', content: [], stop_reason: null, stop_sequence: null };
    emit('message_start', { message: { ...message, usage: { input_tokens: 0, output_tokens: 0 } } });
  };
  const start = (index: unknown, content_block: object) => {
    begin();
    if (!open.has(index)) emit('content_block_start', { index, content_block });
    open.add(index);
  };
  return {
    take({ contentBlockStart, contentBlockDelta, contentBlockStop }) {
      const use = member(contentBlockStart, 'start', 'toolUse');
      if (use !== undefined) {
        start(member(contentBlockStart, 'contentBlockIndex'), {
          type: 'tool_use',
          id: member(use, 'toolUseId'),
          name: member(use, 'name'),
          input: {},
        });
      }
      const delta = member(contentBlockDelta, 'delta');
      const index = member(contentBlockDelta ?? contentBlockStop, 'contentBlockIndex');
      const text = member(delta, 'text');
      if (text !== undefined) {
        start(index, { type: 'text', text: '' });
        emit('content_block_delta', { index, delta: { type: 'text_delta', text } });
      }
      const partial_json = member(delta, 'toolUse', 'input');
      if (partial_json !== undefined) emit('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json } });
      if (contentBlockStop !== undefined && open.delete(index)) emit('content_block_stop', { index });
    },
    end({ stopReason, usage }) {
      begin();
      for (const index of open) emit('content_block_stop', { index });
      emit('message_delta', { delta: { stop_reason: stopReasonOf(stopReason), stop_sequence: null }, usage: usageOf(usage) });
      emit('message_stop', {});
    },
  };
}
