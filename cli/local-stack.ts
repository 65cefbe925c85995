import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { OperatorError } from './terminal.ts';
import type { VerbOptions } from './verb-options.ts';

const localFile = z.object({
  pid: z.int().positive(),
  gatewayUrl: z.string(),
  reportUrl: z.string(),
  devUrl: z.string(),
  endpoints: z.object({ dynamodb: z.string() }),
  tables: z.object({ ledger: z.string(), control: z.string() }),
  bucket: z.string(),
});

/** What the command line needs of a running local stack. */
export type LocalStack = z.infer<typeof localFile>;

/** The local stack of this folder, and every AWS client of this process pointed at it. */
export function useLocalStack({ local }: VerbOptions, folder: string): LocalStack {
  if (local !== true) throw new OperatorError('this version reads only the running local stack: add --local');
  const stack = readLocalFile(resolve(folder, '.spillway/local.json'));
  process.env['AWS_ENDPOINT_URL'] = stack.endpoints.dynamodb;
  process.env['AWS_REGION'] = 'us-east-1';
  process.env['AWS_ACCESS_KEY_ID'] = 'operator';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'local';
  delete process.env['AWS_PROFILE'];
  delete process.env['AWS_SESSION_TOKEN'];
  return stack;
}

function readLocalFile(file: string): LocalStack {
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

/** The stack's own time, which `POST /clock` may have moved ahead. */
export async function stackNow(stack: LocalStack): Promise<number> {
  try {
    const response = await fetch(new URL('/clock', stack.devUrl), { method: 'POST', body: JSON.stringify({ advanceMs: 0 }) });
    return Date.parse(clockAnswer.parse(await response.json()).now);
  } catch (cause) {
    throw new OperatorError(
      `the local stack (process ${stack.pid}) does not answer at ${stack.devUrl}: start it again with \`npm start\``,
      { cause },
    );
  }
}
