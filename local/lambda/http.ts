import { randomUUID } from 'node:crypto';
import { type AwsCall, type AwsResponse, type Backend, writeBytes } from '../backend.ts';
import { eventFrame } from '../event-frame.ts';
import type { FunctionDirectory, Target } from './directory.ts';
import { preludeBytes } from './execution-environment.ts';
import type { FunctionError, Invocation, InvocationResult } from './protocol.ts';

/** Lambda's own limits, bytes: a synchronous request or answer, and an asynchronous request. */
export const MAX_PAYLOAD_BYTES = 6_291_556;
const MAX_ASYNC_PAYLOAD_BYTES = 1_048_576;

/** What Lambda waits before it repeats a failed asynchronous invocation. */
const RETRY_DELAYS_MS = [60_000, 120_000];

const INVOKE = /^\/2015-03-31\/functions\/([^/?]+)\/invocations(?:\?(.*))?$/;
const INVOKE_STREAM = /^\/2021-11-15\/functions\/([^/?]+)\/response-streaming-invocations(?:\?(.*))?$/;

/** The Invoke API of Lambda: RequestResponse, Event and InvokeWithResponseStream, with Lambda's errors and size limits. */
export function lambdaBackend(functions: FunctionDirectory, retryDelaysMs: readonly number[] = RETRY_DELAYS_MS): Backend {
  return async (call, response) => {
    const match = INVOKE.exec(call.url) ?? INVOKE_STREAM.exec(call.url);
    if (call.method !== 'POST' || match === null)
      return refuse(response, 404, 'UnknownOperationException', `${call.method} ${call.url} is not served locally`);
    const reference = decodeURIComponent(match[1] ?? '');
    const target = functions.find(reference, new URLSearchParams(match[2]).get('Qualifier') ?? undefined);
    if (target === undefined) return refuse(response, 404, 'ResourceNotFoundException', `Function not found: ${reference}`);
    const problem = payloadProblem(call);
    if (problem !== undefined) return refuse(response, ...problem);
    const request = { requestId: randomUUID(), invokedFunctionArn: target.invokedFunctionArn, payload: call.body.toString('utf8') || '{}' };
    if (INVOKE_STREAM.test(call.url)) return stream(target, request, response);
    if (isEvent(call)) return enqueue(target, request, response, retryDelaysMs);
    return answer(target, request, call, response);
  };
}

const isEvent = (call: AwsCall): boolean => call.headers['x-amz-invocation-type'] === 'Event';

function payloadProblem(call: AwsCall): [status: number, type: string, message: string] | undefined {
  const limit = isEvent(call) ? MAX_ASYNC_PAYLOAD_BYTES : MAX_PAYLOAD_BYTES;
  if (call.body.length > limit) {
    return [413, 'RequestTooLargeException', `Request must be smaller than ${limit} bytes for the InvokeFunction operation`];
  }
  try {
    if (call.body.length > 0) JSON.parse(call.body.toString('utf8'));
    return undefined;
  } catch {
    return [400, 'InvalidRequestContentException', 'Could not parse request body into json'];
  }
}

async function answer(target: Target, request: Invocation, call: AwsCall, response: AwsResponse): Promise<void> {
  const result = withinLimit(await target.host.invoke(request));
  setHeaders(response, { 'content-type': 'application/json', 'x-amzn-requestid': request.requestId, 'x-amz-executed-version': '$LATEST' });
  if (call.headers['x-amz-log-type'] === 'Tail') response.setHeader('x-amz-log-result', logTail(target));
  if (result.kind === 'failed') response.setHeader('x-amz-function-error', 'Unhandled');
  response.end(payloadOf(result));
}

function enqueue(target: Target, request: Invocation, response: AwsResponse, delaysMs: readonly number[]): void {
  response.statusCode = 202;
  response.setHeader('x-amzn-requestid', request.requestId);
  response.end('');
  void retrying(target, request, delaysMs.slice(0, target.maximumRetryAttempts));
}

/** Every attempt carries the same request id, as on Lambda. */
async function retrying(target: Target, request: Invocation, delaysMs: readonly number[]): Promise<void> {
  const result = await target.host.invoke(request).catch((): InvocationResult => ({ kind: 'streamed' }));
  const [delayMs, ...later] = delaysMs;
  if (result.kind !== 'failed' || delayMs === undefined) return;
  setTimeout(() => void retrying(target, request, later), delayMs).unref();
}

async function stream(target: Target, request: Invocation, response: AwsResponse): Promise<void> {
  const send = (type: string, payload: Uint8Array) =>
    writeBytes(response, eventFrame(type, type === 'PayloadChunk' ? 'application/octet-stream' : 'application/json', payload));
  const begin = (contentType: string) => {
    if (response.headersSent) return;
    setHeaders(response, {
      'content-type': 'application/vnd.amazon.eventstream',
      'x-amzn-requestid': request.requestId,
      'x-amz-executed-version': '$LATEST',
      'x-amzn-remapped-content-type': contentType,
    });
  };
  const result = await target.host.invoke({
    ...request,
    sink: {
      begin: (contentType, prelude) => {
        begin(contentType);
        if (prelude !== undefined) send('PayloadChunk', preludeBytes(prelude));
      },
      chunk: (bytes) => send('PayloadChunk', bytes),
      end: () => {},
    },
  });
  begin('application/json');
  if (result.kind === 'answered') send('PayloadChunk', Buffer.from(result.payload));
  const failure = result.kind === 'failed' ? { ErrorCode: result.error.errorType, ErrorDetails: JSON.stringify(result.error) } : {};
  send('InvokeComplete', Buffer.from(JSON.stringify(failure)));
  response.end('');
}

/** An answer over Lambda's limit becomes a function error: the caller sees it, the function's work is done all the same. */
export function withinLimit(result: InvocationResult): InvocationResult {
  if (result.kind !== 'answered' || Buffer.byteLength(result.payload) <= MAX_PAYLOAD_BYTES) return result;
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${MAX_PAYLOAD_BYTES} bytes).`;
  const error: FunctionError = { errorType: 'Function.ResponseSizeTooLarge', errorMessage };
  return { kind: 'failed', error };
}

const payloadOf = (result: InvocationResult): string => {
  if (result.kind === 'failed') return JSON.stringify(result.error);
  return result.kind === 'answered' ? result.payload : '';
};

/** The last 4 KB of the log, as `LogType: Tail` gives them. */
const logTail = (target: Target): string =>
  Buffer.from(target.host.options.log.lines().slice(-50).join('\n')).subarray(-4096).toString('base64');

function refuse(response: AwsResponse, status: number, type: string, message: string): void {
  response.statusCode = status;
  setHeaders(response, { 'content-type': 'application/json', 'x-amzn-errortype': type });
  response.end(JSON.stringify({ Type: 'User', Message: message, message }));
}

function setHeaders(response: AwsResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}
