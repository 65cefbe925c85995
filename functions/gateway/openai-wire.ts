import { openaiRequest } from '../schemas/openai-chat.ts';
import { parseWith, tooDeep } from '../schemas/route.ts';
import { chatCompletion, openaiError, openaiEvents } from './openai-answer.ts';
import { fromOpenai } from './openai-request.ts';
import type { VendorWire } from './vendor-endpoint.ts';

/** POST /v1/chat/completions, as the OpenAI SDK speaks. */
export const openaiWire: VendorWire = {
  read(body) {
    const parsed = tooDeep(body) ?? parseWith(openaiRequest, body);
    if (parsed.kind === 'refused') return parsed;
    return { kind: 'parsed', value: { request: fromOpenai(parsed.value), stream: parsed.value.stream === true } };
  },
  answer: chatCompletion,
  refusal: openaiError,
  events: openaiEvents,
};
