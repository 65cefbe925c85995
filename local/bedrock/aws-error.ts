import { randomUUID } from 'node:crypto';
import type { AwsResponse } from '../backend.ts';

const STATUS = {
  ValidationException: 400,
  ServiceQuotaExceededException: 400,
  ConflictException: 400,
  AccessDeniedException: 403,
  ParameterNotFound: 400,
  ResourceNotFoundException: 404,
  UnknownOperationException: 404,
  ModelTimeoutException: 408,
  ThrottlingException: 429,
  InternalServerException: 500,
  ServiceUnavailableException: 503,
} as const;

export type AwsErrorType = keyof typeof STATUS;

/** An error answer of AWS's: the SDK turns `x-amzn-errortype` into the typed exception of that name. */
export class AwsError extends Error {
  readonly type: AwsErrorType;

  constructor(type: AwsErrorType, message: string) {
    super(message);
    this.type = type;
  }
}

export function sendJson(response: AwsResponse, body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json');
  response.setHeader('x-amzn-requestid', randomUUID());
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(JSON.stringify(body));
}

export function sendError(response: AwsResponse, error: AwsError): void {
  sendJson(response, { message: error.message }, STATUS[error.type], { 'x-amzn-errortype': error.type });
}
