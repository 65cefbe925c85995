import type { Server } from 'node:http';
import type { Server as NetServer } from 'node:net';
import { bindingPort } from './start-problem.ts';

/** Listens on loopback only. Resolves with the port, which matters when any free one (0) was asked for. */
export function listenOn(server: Server, port: number, purpose: string): Promise<number> {
  return bindingPort(purpose, port, () => bind(server, port));
}

/** Binds loopback only, and says which port it became. */
export function bind(server: NetServer, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Stops listening and ends open connections. */
export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
