import { createServer, type IncomingMessage, type Server } from 'node:http';
import { z } from 'zod';
import type { BedrockStandIn } from './bedrock/stand-in.ts';
import type { Clock } from './clock.ts';
import type { InvocationResult } from './lambda/protocol.ts';
import { type FunctionKey, isFunctionKey } from './outputs.ts';

export type DevApiOptions = {
  readonly clock: Clock;
  /** Absent when the models are real. */
  readonly bedrock?: BedrockStandIn;
  readonly runSchedule: (key: FunctionKey) => Promise<InvocationResult>;
};

type Answer = { readonly status: number; readonly body: unknown };

const MAX_BODY_BYTES = 100_000;
const clockSchema = z.strictObject({ advanceMs: z.number().int().nonnegative() });

/** What only a local stack can do: run a schedule now, make models fail, end batch jobs, move the clock. Never deployed; loopback only. */
export function devApiServer(options: DevApiOptions): Server {
  return createServer((request, response) => {
    answer(options, request)
      .catch((error: unknown): Answer => ({ status: 500, body: { error: String(error) } }))
      .then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      });
  });
}

async function answer(options: DevApiOptions, request: IncomingMessage): Promise<Answer> {
  // A web page must not reach the developer's stack through a name that resolves to loopback.
  if (!/^(127\.0\.0\.1|localhost)(:|$)/.test(request.headers.host ?? '')) return refused(403, 'only from this machine');
  const route = `${request.method} ${(request.url ?? '/').split('?')[0]}`;
  const body = await readJson(request);
  if (body.kind === 'refused') return refused(400, body.why);
  if (route.startsWith('POST /schedule/')) return schedule(options, route.slice('POST /schedule/'.length));
  if (route === 'POST /clock') return clock(options.clock, body.value);
  if (route.includes(' /bedrock')) return bedrock(options.bedrock, route, body.value);
  return refused(404, 'POST /schedule/<function>, POST /bedrock, POST /bedrock/batch/advance, GET /bedrock/calls, POST /clock');
}

async function schedule({ runSchedule }: DevApiOptions, key: string): Promise<Answer> {
  if (!isFunctionKey(key)) return refused(404, `no function "${key}"`);
  try {
    const result = await runSchedule(key);
    if (result.kind === 'failed') return { status: 502, body: { error: `${key} failed`, functionError: result.error } };
    return { status: 200, body: { ran: key, result: result.kind === 'answered' ? JSON.parse(result.payload) : null } };
  } catch (error) {
    if (error instanceof RangeError) return refused(404, error.message);
    throw error;
  }
}

function clock(time: Clock, body: unknown): Answer {
  const parsed = clockSchema.safeParse(body);
  if (!parsed.success) return refused(400, 'send { "advanceMs": <whole milliseconds, not negative> }');
  time.advance(parsed.data.advanceMs);
  return { status: 200, body: { now: new Date(time.now()).toISOString(), aheadMs: time.offsetMs } };
}

async function bedrock(standIn: BedrockStandIn | undefined, route: string, body: unknown): Promise<Answer> {
  if (standIn === undefined) return refused(409, 'this stack calls real Bedrock: there is no stand-in to steer');
  if (route === 'GET /bedrock/calls') return { status: 200, body: standIn.calls() };
  if (route === 'POST /bedrock/batch/advance') return { status: 200, body: { jobs: await standIn.advanceBatch() } };
  if (route !== 'POST /bedrock') return refused(404, 'POST /bedrock, POST /bedrock/batch/advance, GET /bedrock/calls');
  try {
    return { status: 200, body: standIn.setBehaviour(body) };
  } catch (error) {
    if (error instanceof RangeError) return refused(400, error.message);
    throw error;
  }
}

const refused = (status: number, error: string): Answer => ({ status, body: { error } });

async function readJson(request: IncomingMessage): Promise<{ kind: 'read'; value: unknown } | { kind: 'refused'; why: string }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return { kind: 'refused', why: `the body is over ${MAX_BODY_BYTES} bytes` };
    chunks.push(chunk);
  }
  try {
    return { kind: 'read', value: JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') };
  } catch {
    return { kind: 'refused', why: 'the body is not JSON' };
  }
}
