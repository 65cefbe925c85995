import { once } from 'node:events';
import type { Server } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import dynalite from 'dynalite';
import type { AwsResponse, Backend } from '../backend.ts';
import { asRequest } from './in-process.ts';

export type DynamodbEmulator = { readonly backend: Backend; stop(): Promise<void> };

/** dynalite, called in this process: nothing listens, so that nothing gets past the front. */
export function startDynamodb(path: string | undefined): DynamodbEmulator {
  const quick = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 };
  const server: Server = dynalite(path === undefined ? quick : { ...quick, path });
  const unanswered = new Set<AwsResponse>();
  return {
    backend: async (call, response) => {
      unanswered.add(response);
      server.emit('request', asRequest(call), response);
      if (!response.writableEnded) await Promise.race([once(response, 'finish'), once(response, 'close')]);
      if (response.writableEnded) unanswered.delete(response);
    },
    stop: async () => {
      await answered(unanswered);
      await close(server);
    },
  };
}

/** A caller that was killed leaves its call running: dynalite throws where nobody catches when its store closes under one. */
async function answered(responses: ReadonlySet<AwsResponse>): Promise<void> {
  for (let waits = 0; waits < 200 && [...responses].some((response) => !response.writableEnded); waits += 1) await setTimeout(10);
}

/** dynalite closes its store only when a listening server closes, so it listens for that one moment. */
function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.listen(0, '127.0.0.1', () => server.close((error) => (error === undefined || error === null ? resolve() : reject(error))));
  });
}
