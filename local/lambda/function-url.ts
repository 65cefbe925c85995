import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Caller } from '../backend.ts';
import type { FunctionHost } from './host.ts';
import { MAX_PAYLOAD_BYTES, withinLimit } from './http.ts';
import type { HttpPrelude } from './protocol.ts';
import { urlEvent } from './url-event.ts';

/** A function URL takes requests up to 6 MB. */
const MAX_BODY_BYTES = 6 * 1024 * 1024;

/** No other method reaches a function. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export type FunctionUrlOptions = {
  readonly host: FunctionHost;
  readonly authType: 'AWS_IAM' | 'NONE';
  readonly now: () => number;
  /** Who signed this request, and may they call it? `undefined`: unsigned or not allowed. Asked only when the URL wants IAM. */
  readonly authorize: (headers: Readonly<Record<string, string>>) => Promise<Caller | undefined>;
};

/** The HTTPS address of a function, over HTTP on loopback: payload format 2.0, streamed answers passed on chunk by chunk. */
export function functionUrlListener(options: FunctionUrlOptions): RequestListener {
  return (request, response) => {
    serve(options, request, response).catch(() => fail(response, 502, 'Internal Server Error'));
  };
}

async function serve(options: FunctionUrlOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  if (!METHODS.has(request.method ?? '') || !isPath(request.url ?? '')) return fail(response, 400, 'Bad Request');
  if (body === undefined) return fail(response, 413, 'Request Entity Too Large');
  const caller = options.authType === 'NONE' ? undefined : await options.authorize(plainHeaders(request));
  if (options.authType === 'AWS_IAM' && caller === undefined) return fail(response, 403, 'Forbidden');
  const requestId = randomUUID();
  const event = urlEvent({ request, body, requestId, nowMs: options.now(), ...(caller === undefined ? {} : { caller }) });
  const payload = JSON.stringify(event);
  if (Buffer.byteLength(payload) > MAX_PAYLOAD_BYTES) return fail(response, 413, 'Request Entity Too Large');
  const invokedFunctionArn = options.host.options.spec.arn;
  const result = withinLimit(await options.host.invoke({ requestId, invokedFunctionArn, payload, sink: sinkOf(response, requestId) }));
  if (result.kind === 'answered') buffered(response, requestId, result.payload);
  else if (result.kind === 'failed' && response.headersSent) response.destroy();
  else if (result.kind === 'failed') fail(response, 502, 'Internal Server Error');
}

/** A path whose escapes can be decoded; not the forms that only proxies take. */
function isPath(url: string): boolean {
  try {
    return url.startsWith('/') && decodeURI(url.split('?', 1)[0] ?? '') !== '';
  } catch {
    return false;
  }
}

/** Reads a body within the limit; drains a longer one, so that the caller gets its 413 instead of a broken pipe. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks);
}

const plainHeaders = (request: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));

const sinkOf = (response: ServerResponse, requestId: string) => ({
  begin: (contentType: string, prelude: HttpPrelude | undefined) => {
    response.writeHead(prelude?.statusCode ?? 200, { 'content-type': contentType, ...headersOf(prelude, requestId) });
    response.flushHeaders();
  },
  chunk: (bytes: Uint8Array) => void response.write(bytes),
  end: () => void response.end(),
});

const headersOf = (prelude: HttpPrelude | undefined, requestId: string): Record<string, string | string[]> => ({
  'x-amzn-requestid': requestId,
  ...(prelude === undefined ? {} : { 'content-type': 'application/json' }),
  ...prelude?.headers,
  ...(prelude?.cookies === undefined ? {} : { 'set-cookie': [...prelude.cookies] }),
});

/** An answer that is not streamed: `{ statusCode, headers, body }`, or anything else, which is the body of a 200. */
function buffered(response: ServerResponse, requestId: string, payload: string): void {
  const answer: unknown = JSON.parse(payload);
  const shaped = typeof answer === 'object' && answer !== null && 'statusCode' in answer ? answer : { statusCode: 200, body: payload };
  const { statusCode, headers, body, isBase64Encoded } = { headers: {}, body: '', isBase64Encoded: false, ...shaped };
  response.writeHead(Number(statusCode), { 'content-type': 'application/json', 'x-amzn-requestid': requestId, ...headers });
  response.end(Buffer.from(String(body), isBase64Encoded === true ? 'base64' : 'utf8'));
}

function fail(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ Message: message }));
}
