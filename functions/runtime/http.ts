import { REFUSALS, type Refusal } from '../core/errors.ts';
import { wireRefusal } from '../core/wire/refusal.ts';

const SECOND_MS = 1_000;
const DEFAULT_RETRY_SECONDS = 1;

/** Headers that tell an SDK whether and when to come again. */
export function retryHeaders({ reason, retryAtMs }: Refusal, nowMs: number): Record<string, string> {
  const { retryable, status } = REFUSALS[reason];
  const seconds = retryAtMs === undefined ? DEFAULT_RETRY_SECONDS : Math.max(1, Math.ceil((retryAtMs - nowMs) / SECOND_MS));
  const waits = status === 409 || status === 429 || status === 503;
  return { 'x-should-retry': String(retryable), ...(waits ? { 'retry-after': String(seconds) } : {}) };
}

/** A refusal over HTTP: RFC 9457, with the same facts as on Invoke. */
export function problem(refusal: Refusal, nowMs: number): Response {
  const { status } = REFUSALS[refusal.reason];
  const facts = wireRefusal(refusal);
  const body = { type: facts.docs, title: refusal.reason, status, detail: refusal.message, ...facts };
  const headers = { 'content-type': 'application/problem+json', ...retryHeaders(refusal, nowMs) };
  return new Response(JSON.stringify(body), { status, headers });
}

/** What is wrong with the HTTP request itself: no such path, no such method, a bug of ours. */
export function httpProblem(status: number, title: string, detail: string, headers: Record<string, string> = {}): Response {
  const body = { type: 'about:blank', title, status, detail };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json', 'x-should-retry': 'false', ...headers },
  });
}
