import { anthropicRequest } from '../schemas/anthropic-messages.ts';
import { parseWith, tooDeep } from '../schemas/route.ts';
import { anthropicError, anthropicEvents, anthropicMessage } from './anthropic-answer.ts';
import { fromAnthropic } from './anthropic-request.ts';
import type { VendorWire } from './vendor-endpoint.ts';

/** POST /v1/messages, as the Anthropic SDK speaks. */
export const anthropicWire: VendorWire = {
  read(body) {
    const parsed = tooDeep(body) ?? parseWith(anthropicRequest, body);
    if (parsed.kind === 'refused') return parsed;
    return { kind: 'parsed', value: { request: fromAnthropic(parsed.value), stream: parsed.value.stream === true } };
  },
  answer: anthropicMessage,
  refusal: anthropicError,
  events: anthropicEvents,
};
