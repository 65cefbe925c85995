import type { IncomingMessage } from 'node:http';
import type { Caller } from '../backend.ts';

const TEXT = /^(text\/|application\/(json|xml|javascript|x-www-form-urlencoded|problem\+json)|application\/[^;]*\+(json|xml))/i;

export type UrlRequest = {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly requestId: string;
  readonly nowMs: number;
  /** Set when the URL asks for IAM. */
  readonly caller?: Caller;
};

/** A request to a function URL as its function sees it: payload format 2.0. */
export function urlEvent({ request, body, requestId, nowMs, caller }: UrlRequest): object {
  const [rawPath = '/', rawQueryString = ''] = (request.url ?? '/').split('?', 2);
  const { cookie, ...headers } = headersOf(request);
  const host = headers['host'] ?? 'localhost';
  const isText = TEXT.test(headers['content-type'] ?? 'text/plain');
  const query = queryOf(rawQueryString);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: decodeURI(rawPath),
    rawQueryString,
    ...(cookie === undefined ? {} : { cookies: cookie.split('; ') }),
    headers: { ...headers, ...(cookie === undefined ? {} : { cookie }) },
    ...(rawQueryString === '' ? {} : { queryStringParameters: query }),
    requestContext: {
      accountId: 'anonymous',
      apiId: 'local',
      domainName: host,
      domainPrefix: 'local',
      ...(caller === undefined ? {} : { authorizer: { iam: iamOf(caller) } }),
      http: {
        method: request.method,
        path: decodeURI(rawPath),
        protocol: 'HTTP/1.1',
        sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId,
      routeKey: '$default',
      stage: '$default',
      time: new Date(nowMs).toUTCString(),
      timeEpoch: nowMs,
    },
    ...(body.length === 0 ? {} : { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {
    'x-forwarded-for': request.socket.remoteAddress ?? '127.0.0.1',
    'x-forwarded-proto': 'https',
    'x-forwarded-port': '443',
  };
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value;
  return headers;
}

/** Values of a repeated parameter are joined by commas. */
function queryOf(raw: string): Record<string, string> {
  const query: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(raw)) query[name] = query[name] === undefined ? value : `${query[name]},${value}`;
  return query;
}

const iamOf = (caller: Caller): object =>
  caller.kind === 'operator'
    ? { accountId: '000000000000', userArn: 'arn:aws:iam::000000000000:user/operator', userId: 'operator' }
    : {
        accountId: '000000000000',
        userArn: `arn:aws:sts::000000000000:assumed-role/${caller.roleId}/${caller.sessionName}`,
        userId: caller.roleId,
      };
