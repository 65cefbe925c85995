import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { Settings } from '../functions/core/settings.ts';
import type { OperatedStack } from './operated-stack.ts';
import { storedSettings } from './stored-settings.ts';
import { OperatorError } from './terminal.ts';

const localFile = z.object({
  pid: z.int().positive(),
  devUrl: z.string(),
  endpoints: z.object({ dynamodb: z.string() }),
  tables: z.object({ ledger: z.string(), control: z.string() }),
  bucket: z.string(),
});

/** The local stack of this folder, and every AWS client of this process pointed at it. */
export function localStack(folder: string): OperatedStack {
  const stack = readLocalFile(resolve(folder, '.spillway/local.json'));
  process.env['AWS_ENDPOINT_URL'] = stack.endpoints.dynamodb;
  process.env['AWS_REGION'] = 'us-east-1';
  process.env['AWS_ACCESS_KEY_ID'] = 'operator';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'local';
  delete process.env['AWS_PROFILE'];
  delete process.env['AWS_SESSION_TOKEN'];
  return { tables: stack.tables, bucket: stack.bucket, settings, now: () => clockOf(stack), operator: async () => userOfMachine() };
}

/** In a container the user may have no name. */
function userOfMachine(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}

async function settings(): Promise<Settings> {
  const stored = await storedSettings();
  if (stored === undefined) throw new OperatorError('the local stack has no settings in SSM: start it again with `npm start`');
  return stored;
}

function readLocalFile(file: string): z.infer<typeof localFile> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new OperatorError('no local stack runs in this folder: start one in another terminal with `npm start`');
  }
  const parsed = localFile.safeParse(JSON.parse(text));
  if (!parsed.success) throw new OperatorError(`${file} is not of this version of Spillway: start the stack again with \`npm start\``);
  return parsed.data;
}

const clockAnswer = z.object({ now: z.iso.datetime() });

/** Asked of the stack, since `POST /clock` may have moved it ahead. */
async function clockOf({ pid, devUrl }: z.infer<typeof localFile>): Promise<number> {
  try {
    const response = await fetch(new URL('/clock', devUrl), { method: 'POST', body: JSON.stringify({ advanceMs: 0 }) });
    return Date.parse(clockAnswer.parse(await response.json()).now);
  } catch (cause) {
    throw new OperatorError(`the local stack (process ${pid}) does not answer at ${devUrl}: start it again with \`npm start\``, { cause });
  }
}
