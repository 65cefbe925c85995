import { mkdtempSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { FunctionDirectory } from '../../local/lambda/directory.ts';
import { FunctionHost } from '../../local/lambda/host.ts';
import { lambdaBackend } from '../../local/lambda/http.ts';
import { FunctionLog } from '../../local/lambda/log.ts';

const CODE = new URL('./lambdas/', import.meta.url).pathname;

export type LambdaServer = {
  readonly client: LambdaClient;
  readonly clockOffsetMs: Float64Array;
  /** Deploys one handler of test/support/lambdas under its own name. */
  deploy(handler: string, options?: { timeoutMs?: number; memoryMb?: number; aliases?: string[]; retries?: number }): FunctionHost;
  stop(): Promise<void>;
};

/** The Lambda service alone, over HTTP, with the handlers of test/support/lambdas. */
export async function startLambdaServer(): Promise<LambdaServer> {
  const functions = new FunctionDirectory();
  const backend = lambdaBackend(functions, [1, 1]);
  const clock = new SharedArrayBuffer(8);
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const { method = 'GET', url = '/' } = request;
    await backend({ service: 'lambda', method, url, headers, body: Buffer.concat(chunks), caller: { kind: 'operator' } }, response);
  });
  const endpoint = await listen(server);
  const client = new LambdaClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
  const logDirectory = mkdtempSync(join(tmpdir(), 'spillway-log-'));
  return {
    client,
    clockOffsetMs: new Float64Array(clock),
    deploy: (name, { timeoutMs = 5_000, memoryMb = 256, aliases = [], retries = 2 } = {}) => {
      const arn = `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
      const spec = { key: name, name, arn, handler: `troubled.${name}`, codeDirectory: CODE, timeoutMs, memoryMb, environment: {} };
      const host = new FunctionHost({ spec, variables: { ONLY: 'this' }, clockOffsetMs: clock, log: new FunctionLog(logDirectory, name) });
      functions.add({ host, logicalId: name, aliases, maximumRetryAttempts: retries });
      return host;
    },
    stop: async () => {
      await Promise.all(functions.all().map(({ host }) => host.stop()));
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Binds a free port of loopback. */
export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${portOf(server.address())}`;
}

const portOf = (address: string | AddressInfo | null): number => (typeof address === 'object' && address !== null ? address.port : 0);
