import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { RouteRequest } from '../../functions/core/wire/route.ts';
import { type Outcome, readOutcome } from './outcome.ts';
import type { RunningStack } from './running-stack.ts';

/** Sends one request and waits for its end; never throws for what happens to the call. */
export type Caller = (request: RouteRequest) => Promise<Outcome>;

/** Longer than the router's own time-out, so that the router always speaks first. */
const READ_TIMEOUT_MS = 150_000;

const isRefusedConnection = (error: unknown): boolean =>
  error instanceof Error && (('code' in error && error.code === 'ECONNREFUSED') || isRefusedConnection(error.cause));

const brokenOff = (error: unknown): Outcome => ({
  kind: isRefusedConnection(error) ? 'unsent' : 'lost',
  error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
});

/** Invokes the router function, without retries: a retried call is a new, billed call. */
export function invokeCaller(stack: RunningStack, concurrency: number): Caller {
  const requestHandler = { requestTimeout: READ_TIMEOUT_MS, httpAgent: { maxSockets: concurrency } };
  const client = new LambdaClient({ endpoint: stack.endpoints.lambda, maxAttempts: 1, requestHandler });
  return async (request) => {
    try {
      const Payload = Buffer.from(JSON.stringify(request));
      const answer = await client.send(new InvokeCommand({ FunctionName: stack.functions.router, Payload }));
      const text = Buffer.from(answer.Payload ?? []).toString('utf8');
      return answer.FunctionError === undefined
        ? readOutcome(text)
        : { kind: 'failed', error: `${answer.FunctionError}: ${text.slice(0, 200)}` };
    } catch (error) {
      return brokenOff(error);
    }
  };
}

/** POST /v1/route on the gateway, with the stack's own key. */
export function gatewayCaller(stack: RunningStack): Caller {
  const url = new URL('/v1/route', stack.gatewayUrl);
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${stack.apiKey}` };
  return async (request) => {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers,
        body: JSON.stringify(request),
        signal: AbortSignal.timeout(READ_TIMEOUT_MS),
      });
      return readOutcome(await response.text());
    } catch (error) {
      return brokenOff(error);
    }
  };
}
