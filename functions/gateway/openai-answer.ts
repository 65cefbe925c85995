import { REFUSALS, type Refusal } from '../core/errors.ts';
import { member } from '../core/member.ts';
import { wireRefusal } from '../core/wire/refusal.ts';
import type { RouteAnswer } from '../core/wire/route.ts';
import type { ModelEvent } from '../ports/model-client.ts';
import { retryHeaders } from '../runtime/http.ts';
import type { SendEvent } from '../runtime/server-sent-events.ts';

const SECOND_MS = 1_000;
const FINISH: Readonly<Record<string, string>> = {
  tool_use: 'tool_calls',
  max_tokens: 'length',
  content_filtered: 'content_filter',
  guardrail_intervened: 'content_filter',
};

/** An answer as the OpenAI SDK reads it. */
export function chatCompletion({ requestId, output, stopReason, usage, receipt }: RouteAnswer, nowMs: number): object {
  const content = output?.message.content ?? [];
  const text = content.map((block) => block.text ?? '').join('');
  const tool_calls = content.flatMap(({ toolUse }) =>
    toolUse === undefined
      ? []
      : [{ id: toolUse.toolUseId, type: 'function', function: { name: toolUse.name, arguments: JSON.stringify(toolUse.input) } }],
  );
  const message = {
    role: 'assistant',
    content: text === '' ? null : text,
    refusal: null,
    ...(tool_calls.length === 0 ? {} : { tool_calls }),
  };
  return {
    id: requestId,
    object: 'chat.completion',
    created: Math.floor(nowMs / SECOND_MS),
    model: receipt.model,
    choices: [{ index: 0, message, finish_reason: FINISH[stopReason] ?? 'stop', logprobs: null }],
    usage: usageOf(usage),
  };
}

/** OpenAI counts cached tokens within the prompt. */
function usageOf({ inputTokens, outputTokens, cacheReadInputTokens, cacheWriteInputTokens }: RouteAnswer['usage']) {
  const prompt_tokens = inputTokens + cacheReadInputTokens + cacheWriteInputTokens;
  return {
    prompt_tokens,
    completion_tokens: outputTokens,
    total_tokens: prompt_tokens + outputTokens,
    prompt_tokens_details: { cached_tokens: cacheReadInputTokens },
  };
}

/** A refusal as the OpenAI SDK raises it: the status picks the class, the facts are in `error`. */
export function openaiError(refusal: Refusal, nowMs: number): Response {
  const facts = wireRefusal(refusal);
  const error = { type: REFUSALS[refusal.reason].owner, code: refusal.reason, param: null, ...facts };
  return Response.json({ error }, { status: REFUSALS[refusal.reason].status, headers: retryHeaders(refusal, nowMs) });
}

/** Converse stream events as OpenAI's chunks, ended by usage and `[DONE]`. */
export function openaiEvents(send: SendEvent, nowMs: number): { take(event: ModelEvent): void; end(answer: RouteAnswer): void } {
  const toolIndex = new Map<unknown, number>();
  let begun = false;
  const chunk = (fields: object) =>
    send('', { id: '', object: 'chat.completion.chunk', created: Math.floor(nowMs / SECOND_MS), model: '', ...fields });
  const emit = (delta: object, finish_reason: string | null = null) => {
    if (!begun) chunk({ choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] });
    begun = true;
    chunk({ choices: [{ index: 0, delta, finish_reason }] });
  };
  const callPiece = (block: unknown, piece: object) => emit({ tool_calls: [{ index: toolIndex.get(block) ?? 0, ...piece }] });
  return {
    take({ contentBlockStart, contentBlockDelta }) {
      const use = member(contentBlockStart, 'start', 'toolUse');
      if (use !== undefined) {
        const block = member(contentBlockStart, 'contentBlockIndex');
        toolIndex.set(block, toolIndex.size);
        callPiece(block, { id: member(use, 'toolUseId'), type: 'function', function: { name: member(use, 'name'), arguments: '' } });
      }
      const delta = member(contentBlockDelta, 'delta');
      const text = member(delta, 'text');
      if (text !== undefined) emit({ content: text });
      const args = member(delta, 'toolUse', 'input');
      if (args !== undefined) callPiece(member(contentBlockDelta, 'contentBlockIndex'), { function: { arguments: args } });
    },
    end({ requestId, stopReason, usage, receipt }) {
      emit({}, FINISH[stopReason] ?? 'stop');
      chunk({ id: requestId, model: receipt.model, choices: [], usage: usageOf(usage) });
      send('', '[DONE]');
    },
  };
}
