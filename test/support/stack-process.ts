import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { vi } from 'vitest';
import { z } from 'zod';
import type { FunctionKey } from '../../local/outputs.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const localSchema = z.object({
  pid: z.number(),
  devUrl: z.string(),
  gatewayUrl: z.string(),
  apiKey: z.string(),
  endpoints: z.object({ lambda: z.string(), dynamodb: z.string() }),
  functions: z.object({ router: z.string() }),
  queues: z.object({ jobs: z.string(), jobsDeadLetter: z.string(), results: z.string() }),
  tables: z.object({ ledger: z.string(), control: z.string() }),
});

/** `npm start -- --empty --data DIR` in a process of its own: it can be killed as no stack of the test's own process can. */
export type StackProcess = {
  readonly child: ChildProcess;
  /** Its `.spillway/local.json`. */
  readonly local: z.infer<typeof localSchema>;
  /** For SDK clients of the operator. */
  readonly sdk: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { accessKeyId: string; secretAccessKey: string };
  };
  /** POST to the developer API; answers the body. Throws when it is not answered with 200. */
  dev(path: string, body?: object): Promise<unknown>;
  run(key: FunctionKey): Promise<unknown>;
  kill(): Promise<void>;
};

/** `cwd` keeps its local.json, and the data beside it: start it again in the same place to go on. */
export async function startStackProcess(cwd: string, configFile = join(ROOT, 'spillway.yaml')): Promise<StackProcess> {
  const args = ['--empty', '--port', '0', '--data', join(cwd, 'data'), '--config', configFile];
  const child = spawn(process.execPath, [join(ROOT, 'bin/local.ts'), ...args], { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  const read = () => {
    if (child.exitCode !== null) throw new Error(`the stack has ended: ${child.exitCode}`);
    const local = localSchema.parse(JSON.parse(readFileSync(join(cwd, '.spillway/local.json'), 'utf8')));
    // A killed stack leaves its file behind.
    if (local.pid !== child.pid) throw new Error('the stack is still starting');
    return local;
  };
  const local = await vi.waitFor(read, { timeout: 90_000, interval: 100 });
  const dev = async (path: string, body: object = {}) => {
    const answer = await fetch(`${local.devUrl}${path}`, { method: 'POST', body: JSON.stringify(body) });
    const said: unknown = await answer.json();
    if (answer.status !== 200) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(said)}`);
    return said;
  };
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'local' };
  return {
    ...{ child, local, dev, kill },
    sdk: { endpoint: local.endpoints.lambda, region: 'us-east-1', credentials },
    run: (key) => dev(`/schedule/${key}`),
  };
}
