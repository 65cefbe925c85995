import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { isAlive } from '../is-alive.ts';

const stackSchema = z.object({
  pid: z.int().positive(),
  gatewayUrl: z.url(),
  apiKey: z.string(),
  endpoints: z.object({ lambda: z.url(), dynamodb: z.url() }),
  functions: z.object({ router: z.string() }),
  tables: z.object({ ledger: z.string() }),
});

/** What a replay needs of the running local stack's `.spillway/local.json`. */
export type RunningStack = z.infer<typeof stackSchema>;

/** The stack that runs in this folder. RangeError that says how to start one. */
export function runningStack(folder: string): RunningStack {
  const file = resolve(folder, '.spillway/local.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new RangeError(`no local stack is running here (${file} is not there): start one in another terminal with \`npm start\``);
  }
  const parsed = stackSchema.safeParse(JSON.parse(text));
  if (!parsed.success) throw new RangeError(`${file} is not of this version of Spillway: start the stack again with \`npm start\``);
  if (isAlive(parsed.data.pid)) return parsed.data;
  throw new RangeError(`the local stack of ${file} is gone (process ${parsed.data.pid} has ended): start it again with \`npm start\``);
}

/** Points the AWS clients that adapters make from now on, and their credentials, at the running stack: its one front serves all services. */
export function useStack(stack: RunningStack): void {
  process.env['AWS_ENDPOINT_URL_DYNAMODB'] = stack.endpoints.dynamodb;
  process.env['AWS_ENDPOINT_URL_SSM'] = stack.endpoints.lambda;
  process.env['AWS_REGION'] = 'us-east-1';
  process.env['AWS_ACCESS_KEY_ID'] = 'operator';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'local';
  delete process.env['AWS_PROFILE'];
  delete process.env['AWS_SESSION_TOKEN'];
}
