import { once } from 'node:events';
import type { Server } from 'node:http';
import dynalite from 'dynalite';
import type { Backend } from '../backend.ts';
import { asRequest } from './in-process.ts';

export type DynamodbEmulator = { readonly backend: Backend; stop(): Promise<void> };

/** dynalite, called in this process: nothing listens, so that nothing gets past the front. */
export function startDynamodb(path: string | undefined): DynamodbEmulator {
  const quick = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 };
  const server: Server = dynalite(path === undefined ? quick : { ...quick, path });
  return {
    backend: async (call, response) => {
      server.emit('request', asRequest(call), response);
      if (!response.writableEnded) await Promise.race([once(response, 'finish'), once(response, 'close')]);
    },
    stop: () => close(server),
  };
}

/** dynalite closes its store only when a listening server closes, so it listens for that one moment. */
function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.listen(0, '127.0.0.1', () => server.close((error) => (error === undefined || error === null ? resolve() : reject(error))));
  });
}
