import { createServer as createHttp1, type IncomingMessage } from 'node:http';
import { createServer as createHttp2, type Http2ServerRequest, type ServerHttp2Session } from 'node:http2';
import { createServer, type Socket } from 'node:net';
import type { AwsCall, AwsResponse, Backend, Caller } from './backend.ts';
import { callerOf } from './credentials.ts';
import { bind } from './http-port.ts';
import { abort, denied, sendError } from './wire-error.ts';

/** Why a call is refused, in AWS's own words. */
export type Denial = { readonly action: string; readonly resource: string; readonly message: string };

export type Authorize = (call: AwsCall) => Promise<Denial | undefined>;

/** The one port of all AWS services. */
export type Front = {
  /** `http://127.0.0.1:PORT`, the value for AWS_ENDPOINT_URL. */
  readonly url: string;
  readonly port: number;
  /** Ends open connections. */
  stop(): Promise<void>;
};

export type FrontOptions = {
  /** 0 = any free. */
  readonly port: number;
  /** By the service name of the SigV4 scope. Read at each call: services may be registered after the port is bound. */
  readonly backends: ReadonlyMap<string, Backend>;
  readonly authorize: Authorize;
};

type Request = IncomingMessage | Http2ServerRequest;

/** More than any service takes in one request; a body over it is refused before it fills the memory. */
const LARGEST_BODY_BYTES = 32 * 1024 * 1024;

/** Binds loopback only. HTTP/1.1 and h2c on the same port: the SDK speaks HTTP/2 to Bedrock. */
export async function startFront(options: FrontOptions): Promise<Front> {
  const listener = (request: Request, response: AwsResponse) => {
    answer(request, response, options).catch((error: unknown) => {
      console.error('local AWS:', error);
      abort(response);
    });
  };
  const sockets = new Set<Socket>();
  const http1 = createHttp1({ keepAliveTimeout: 60_000, requestTimeout: 0 }, listener);
  const http2 = createHttp2(listener);
  const sessions = new Set<ServerHttp2Session>();
  http2.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => session.destroy()).on('close', () => sessions.delete(session));
  });
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    sniff(socket, (isHttp2) => (isHttp2 ? http2 : http1).emit('connection', socket));
  });
  const port = await bind(server, options.port);
  const stop = async () => {
    for (const session of sessions) session.destroy();
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { url: `http://127.0.0.1:${port}`, port, stop };
}

/** HTTP/2 without TLS starts with "PRI"; no HTTP/1.1 method does. */
function sniff(socket: Socket, decided: (isHttp2: boolean) => void): void {
  let seen = Buffer.alloc(0);
  const look = (chunk: Buffer) => {
    seen = Buffer.concat([seen, chunk]);
    if (seen.length < 3) return;
    socket.removeListener('data', look);
    socket.pause();
    socket.unshift(seen);
    decided(seen.subarray(0, 3).toString('latin1') === 'PRI');
    process.nextTick(() => socket.resume());
  };
  socket.on('data', look);
}

async function answer(request: Request, response: AwsResponse, options: FrontOptions): Promise<void> {
  const headers = flatHeaders(request);
  const url = request.url ?? '/';
  const signed = signature(headers['authorization'], url);
  const body = await readBody(request);
  const base = { method: request.method ?? 'GET', url, headers, body: body ?? Buffer.alloc(0) };
  if (signed === undefined) {
    const call: AwsCall = { ...base, service: '', caller: { kind: 'operator' } };
    return sendError(call, response, { code: 'MissingAuthenticationToken', message: 'sign the request: any credentials will do' });
  }
  const call: AwsCall = { ...base, ...signed };
  if (body === undefined) return tooLarge(call, request, response);
  const backend = options.backends.get(call.service);
  if (backend === undefined) {
    return sendError(call, response, { code: 'UnknownOperationException', message: `no local service "${call.service}"`, status: 404 });
  }
  const denial = await options.authorize(call);
  if (denial !== undefined) return sendError(call, response, denied(call, denial.message));
  await backend(call, response);
}

/** The rest of the body is not read: the connection ends with the answer. */
function tooLarge(call: AwsCall, request: Request, response: AwsResponse): void {
  response.on('finish', () => setTimeout(() => request.socket.destroy(), 100).unref());
  sendError(call, response, { code: 'RequestEntityTooLarge', message: `over ${LARGEST_BODY_BYTES} bytes`, status: 413 });
}

async function readBody(request: Request): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes: Buffer = chunk;
    size += bytes.length;
    if (size > LARGEST_BODY_BYTES) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function flatHeaders(request: Request): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    // HTTP/2's pseudo headers; the authority is the host.
    if (name === ':authority') headers['host'] ??= String(value);
    else if (!name.startsWith(':') && value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

/** Service and caller, from the credential scope `KEY/DATE/REGION/SERVICE/aws4_request` of the header or of a presigned URL. */
function signature(authorization: string | undefined, url: string): { service: string; caller: Caller } | undefined {
  const query = url.includes('X-Amz-Credential=') ? new URL(url, 'http://localhost').searchParams.get('X-Amz-Credential') : undefined;
  const scope = /Credential=([^,\s]+)/.exec(authorization ?? '')?.[1] ?? query ?? '';
  const [key, , , service] = scope.split('/');
  if (key === undefined || service === undefined) return undefined;
  return { service: SERVICES[service] ?? service, caller: callerOf(key) };
}

/** Signing names that differ between SDK versions. */
const SERVICES: Readonly<Record<string, string>> = { email: 'ses', 'bedrock-runtime': 'bedrock' };
