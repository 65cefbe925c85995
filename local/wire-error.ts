import { randomUUID } from 'node:crypto';
import type { AwsCall, AwsResponse } from './backend.ts';

export type WireError = { readonly code: string; readonly message: string; readonly status?: number };

const escapeXml = (value: string) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const isForm = (call: AwsCall) => (call.headers['content-type'] ?? '').includes('x-www-form-urlencoded');

/** Answers with an error in the protocol of the called service, so that the SDK makes its typed exception of it. */
export function sendError(call: AwsCall, response: AwsResponse, error: WireError): void {
  if (response.headersSent) {
    abort(response);
    return;
  }
  const { headers, body } = wireForm(call, error);
  response.statusCode = error.status ?? 403;
  response.setHeader('content-length', Buffer.byteLength(body));
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  // A HEAD answer has no body: the SDK then calls the error "Unknown", as it does with S3.
  response.end(call.method === 'HEAD' ? '' : body);
}

/** Ends a connection in mid-answer, so that the client sees a failure and not a short answer. */
export function abort(response: AwsResponse): void {
  if ('stream' in response) response.stream.destroy();
  else response.destroy();
}

function wireForm(call: AwsCall, error: WireError): { headers: Record<string, string>; body: string } {
  const requestId = randomUUID();
  const facts = `<Code>${error.code}</Code><Message>${escapeXml(error.message)}</Message>`;
  if (call.service === 's3') {
    const headers = { 'content-type': 'application/xml', 'x-amz-request-id': requestId };
    return { headers, body: `<Error>${facts}<RequestId>${requestId}</RequestId></Error>` };
  }
  if (isForm(call)) {
    const body = `<ErrorResponse><Error><Type>Sender</Type>${facts}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
    return { headers: { 'content-type': 'text/xml' }, body };
  }
  const headers: Record<string, string> = {
    'content-type': call.headers['content-type'] ?? 'application/json',
    'x-amzn-requestid': requestId,
    'x-amzn-errortype': error.code,
  };
  if (call.service === 'sqs') headers['x-amzn-query-error'] = `${error.code};Sender`;
  return { headers, body: JSON.stringify({ __type: error.code, message: error.message }) };
}

/** How each service says "access denied" (seen with the SDK's typed exceptions; the code of SQS and SES from memory of AWS). */
export function denied(call: AwsCall, message: string): WireError {
  if (call.service === 'dynamodb' || call.service === 'ssm') return { code: 'AccessDeniedException', message, status: 400 };
  if (call.service === 's3' || call.service === 'sqs') return { code: 'AccessDenied', message };
  if (call.service === 'sns') return { code: 'AuthorizationError', message };
  if (isForm(call)) return { code: 'AccessDenied', message };
  return { code: 'AccessDeniedException', message };
}
