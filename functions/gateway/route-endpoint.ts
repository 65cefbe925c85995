import type { RouteAnswer } from '../core/wire/route.ts';
import type { ModelEvent } from '../ports/model-client.ts';
import { problem } from '../runtime/http.ts';
import { eventStream } from '../runtime/server-sent-events.ts';
import { malformed, parseRouteRequest } from '../schemas/route.ts';
import { routeRequest } from '../use-cases/route-request.ts';
import { type Caller, featureFor } from './callers.ts';
import type { GatewayPorts } from './gateway-ports.ts';

/** POST /v1/route: the router's own JSON, and with `"stream": true` its answer as Converse events, ended by `receipt` or `refused`. */
export async function answerRoute(body: unknown, caller: Caller, ports: GatewayPorts): Promise<Response> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return problem(malformed('the body must be a JSON object').refusal, ports.now());
  const { stream, ...rest } = { stream: false, ...body };
  if (typeof stream !== 'boolean') return problem(malformed('stream: must be true or false', { path: 'stream' }).refusal, ports.now());
  const parsed = parseRouteRequest(rest);
  if (parsed.kind === 'refused') return problem(parsed.refusal, ports.now());
  const bound = featureFor(caller, parsed.value.feature);
  if ('refusal' in bound) return problem(bound.refusal, ports.now());
  const request = { ...parsed.value, feature: bound.feature };
  if (!stream) {
    const outcome = await routeRequest(request, ports, undefined, caller.keyId);
    return outcome.kind === 'answered'
      ? Response.json(outcome.answer, { headers: receiptHeaders(outcome.answer) })
      : problem(outcome.refusal, ports.now());
  }
  return eventStream(async (send) => {
    let begun = false;
    const emit = async (event: ModelEvent) => {
      begun = true;
      for (const [kind, data] of Object.entries(event)) send(kind, data);
    };
    const outcome = await routeRequest(request, ports, emit, caller.keyId);
    if (outcome.kind === 'answered') {
      const { output: _, ...receipt } = outcome.answer;
      send('receipt', receipt);
      return undefined;
    }
    const response = problem(outcome.refusal, ports.now());
    if (!begun) return response;
    send('refused', await response.text());
    return undefined;
  }, streamBroke(ports));
}

/** For the log: a stream that ended in the middle by a fault of ours. */
export const streamBroke =
  ({ log }: GatewayPorts) =>
  (cause: unknown): void =>
    log('stream_broke', {}, cause);

/** The receipt where a body has no place for it. */
export const receiptHeaders = ({ requestId, receipt }: RouteAnswer): Record<string, string> => ({
  'x-spillway-request-id': requestId,
  'x-spillway-model': receipt.model,
  'x-spillway-cost-usd': receipt.costUsd,
});
