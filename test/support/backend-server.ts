import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { createServer as createSocketServer, type Socket } from 'node:net';
import type { AwsCall, Backend } from '../../local/backend.ts';

async function callOf(request: IncomingMessage | Http2ServerRequest): Promise<AwsCall> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const service = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(headers['authorization'] ?? '')?.[1] ?? 'unsigned';
  return {
    service,
    method: request.method ?? '',
    url: request.url ?? '',
    headers,
    body: Buffer.concat(chunks),
    caller: { kind: 'operator' },
  };
}

/** Serves one backend to real SDK clients over HTTP/1.1 and h2c on one port, with no authorization at all. */
export async function serveBackend(backend: Backend): Promise<{ url: string; close(): Promise<void> }> {
  const answer = async (request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse) =>
    backend(await callOf(request), response);
  const http1 = createServer((request, response) => void answer(request, response));
  const http2 = createHttp2Server((request, response) => void answer(request, response));
  const sockets = new Set<Socket>();
  const server = createSocketServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    socket.once('data', (chunk: Buffer) => {
      socket.pause();
      socket.unshift(chunk);
      (chunk.toString('latin1', 0, 3) === 'PRI' ? http2 : http1).emit('connection', socket);
      process.nextTick(() => socket.resume());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new RangeError('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
