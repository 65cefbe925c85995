import type { Refusal } from '../core/errors.ts';
import type { RouteAnswer } from '../core/wire/route.ts';
import type { ModelEvent } from '../ports/model-client.ts';
import { eventStream, type SendEvent } from '../runtime/server-sent-events.ts';
import type { Parsed } from '../schemas/route.ts';
import { routeRequest } from '../use-cases/route-request.ts';
import type { Caller } from './callers.ts';
import type { GatewayPorts } from './gateway-ports.ts';
import { receiptHeaders, streamBroke } from './route-endpoint.ts';
import { taggedRequest } from './tags.ts';

/** One vendor's wire: how its requests are read, and how answers, streams and refusals look to its SDK. */
export type VendorWire = {
  read(body: unknown): Parsed<{ readonly request: object; readonly stream: boolean }>;
  answer(answer: RouteAnswer, nowMs: number): object;
  refusal(refusal: Refusal, nowMs: number): Response;
  events(send: SendEvent, nowMs: number): { take(event: ModelEvent): void; end(answer: RouteAnswer): void };
};

/** Answers a vendor's request through the router's own use case: the same budgets, breakers, routing and books. */
export async function answerVendor(
  wire: VendorWire,
  body: unknown,
  headers: Headers,
  caller: Caller,
  ports: GatewayPorts,
): Promise<Response> {
  const { now } = ports;
  const read = wire.read(body);
  if (read.kind === 'refused') return wire.refusal(read.refusal, now());
  const tagged = taggedRequest(read.value.request, headers, caller);
  if (tagged.kind === 'refused') return wire.refusal(tagged.refusal, now());
  if (!read.value.stream) {
    const outcome = await routeRequest(tagged.value, ports, undefined, caller.keyId);
    if (outcome.kind === 'refused') return wire.refusal(outcome.refusal, now());
    return Response.json(wire.answer(outcome.answer, now()), { headers: receiptHeaders(outcome.answer) });
  }
  return eventStream(async (send) => {
    let begun = false;
    const events = wire.events((event, data) => {
      begun = true;
      send(event, data);
    }, now());
    const outcome = await routeRequest(tagged.value, ports, async (event) => events.take(event), caller.keyId);
    if (outcome.kind === 'refused') {
      const response = wire.refusal(outcome.refusal, now());
      if (!begun) return response;
      send('error', await response.text());
      return undefined;
    }
    events.end(outcome.answer);
    return undefined;
  }, streamBroke(ports));
}
