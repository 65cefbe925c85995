import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { utcHour } from '../../functions/core/calendar.ts';
import { requestIdOf } from '../../functions/core/ledger.ts';
import { picoToUsd } from '../../functions/core/money.ts';
import type { RouteRequest } from '../../functions/core/wire/route.ts';
import type { UsageLedger } from '../../functions/ports/usage-ledger.ts';
import { settingsToJson } from '../../functions/schemas/settings.ts';
import type { AwsResponse, Backend } from '../../local/backend.ts';
import { replay } from '../../local/replay/replay.ts';
import { ssmStandIn } from '../../local/ssm.ts';
import { serveBackend } from '../support/backend-server.ts';
import { startDynalite } from '../support/dynalite.ts';
import { ledgerEntry } from '../support/ledger-entry.ts';
import { settings } from '../support/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'replay-'));
const trace = join(folder, 'trace.csv');
const options = { concurrency: 4 };
const ssm = ssmStandIn(new Map([['/spillway/test/settings/abc/000', { type: 'String', value: settingsToJson(settings()) }]]));
/** What happens to the n-th call: booked and told alike, told a pico-dollar wrong, refused, or broken off after it was booked. */
let fate: (n: number) => 'answered' | 'short' | 'refused' | 'lost' = () => 'answered';
let [received, ledger]: [RouteRequest[], UsageLedger | undefined] = [[], undefined];
const paths = new Set<string>();
let dynalite: Awaited<ReturnType<typeof startDynalite>>;
let front: Awaited<ReturnType<typeof serveBackend>>;
let localFile: { readonly [field: string]: unknown };

async function book(request: RouteRequest, n: number): Promise<{ requestId: string; costPico: bigint }> {
  const [admittedAtMs, costPico] = [Date.now(), 1_000_000n + BigInt(n)];
  const { feature, template, templateVersion = '' } = request;
  const requestId = requestIdOf(feature, template, ulid(admittedAtMs));
  const hour = utcHour(admittedAtMs);
  await ledger?.record(ledgerEntry({ requestId, feature, template, templateVersion, admittedAtMs, hour, costPico }));
  return { requestId, costPico };
}

const usage = { inputTokens: 10, outputTokens: 5, cacheReadInputTokens: 0, cacheWriteInputTokens: 0 };
const send = (response: AwsResponse, body: unknown) => void response.end(JSON.stringify(body));

/** A router of three lines that books like the real one. */
const router: Backend = async (call, response) => {
  const request: RouteRequest = JSON.parse(call.body.toString());
  paths.add(`${call.method} ${call.url} ${call.headers['authorization']}`);
  const n = received.push(request);
  const what = fate(n);
  if (what === 'refused') return send(response, { refused: { reason: 'budget_exhausted', message: 'the day is spent' } });
  const { requestId, costPico } = await book(request, n);
  if (what === 'lost') return void response.destroy();
  const costUsd = picoToUsd(what === 'short' ? costPico - 1n : costPico);
  send(response, { requestId, stopReason: 'end_turn', usage, receipt: { model: 'haiku', escalated: false, costUsd } });
};

beforeAll(async () => {
  dynalite = await startDynalite();
  const { dynamodbLedger } = await import('../../functions/adapters/dynamodb-ledger.ts');
  ledger = dynamodbLedger({ LEDGER_TABLE: dynalite.ledgerTable }, 400);
  front = await serveBackend((call, response) => (call.service === 'ssm' ? ssm : router)(call, response));
  const endpoints = { lambda: front.url, dynamodb: process.env['AWS_ENDPOINT_URL_DYNAMODB'] };
  localFile = {
    pid: process.pid,
    gatewayUrl: front.url,
    apiKey: 'k',
    endpoints,
    functions: { router: 'router' },
    tables: { ledger: 'ledger' },
  };
  mkdirSync(join(folder, '.spillway'));
  writeFileSync(trace, `t_s,in_tok,out_tok\n${Array.from({ length: 12 }, (_, n) => `${n / 100},${100 + n},${n}`).join('\n')}\n`);
});
afterAll(async () => {
  await Promise.all([front.close(), dynalite.stop()]);
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  received = [];
  fate = () => 'answered';
  writeFileSync(join(folder, '.spillway/local.json'), JSON.stringify(localFile));
});

async function run(more: Parameters<typeof replay>[1] = options, file = trace) {
  const lines: string[] = [];
  const code = await replay(file, more, { folder, out: { write: (text) => lines.push(text) } });
  return { code, text: lines.join('') };
}

describe('a replay', () => {
  it('sends every request, tagged and bounded, and finds ledger and receipts equal', async () => {
    const { code, text } = await run();
    expect(received).toHaveLength(12);
    const request = received.find(({ inferenceConfig }) => inferenceConfig?.stopSequences?.[0] === '[[out=7]]');
    expect(request).toMatchObject({ feature: 'invoice-extractor', inferenceConfig: { maxTokens: 64 } });
    expect(text).toContain('12 answered, 0 refused, 0 errors');
    expect(text).toContain('equal to the pico-dollar, over 12 requests');
    expect(text).toMatch(/receipts {2}\$0\.000012000078\nledger {4}\$0\.000012000078/);
    expect(code).toBe(0);
  });

  it('goes through the gateway with the key of the stack', async () => {
    const { code } = await run({ ...options, gateway: true });
    expect(paths).toContain('POST /v1/route Bearer k');
    expect(code).toBe(0);
  });

  it('explains refusals, which are no errors', async () => {
    fate = (n) => (n % 3 === 0 ? 'refused' : 'answered');
    const { code, text } = await run();
    expect(text).toMatch(/4 {2}budget_exhausted: the day is spent/);
    expect(code).toBe(0);
  });

  it('fails when one receipt is a pico-dollar short', async () => {
    fate = (n) => (n === 5 ? 'short' : 'answered');
    const { code, text } = await run();
    expect(text).toContain('THE LEDGER DIFFERS, first at invoice-extractor.');
    expect(code).toBe(1);
  });

  it('says what it does not know of calls that broke off, compares the rest, and fails', async () => {
    fate = (n) => (n === 2 ? 'lost' : 'answered');
    const { code, text } = await run();
    expect(text).toContain('1 calls broke off');
    expect(text).toContain('entries of 1 requests');
    expect(text).toContain('equal to the pico-dollar, over 11 requests');
    expect(code).toBe(1);
    const kept = /npm run replay -- (\S+)/.exec(text)?.[1] ?? '';
    const again = await run(options, join(folder, kept));
    expect(again).toMatchObject({ code: 0, text: expect.stringContaining('equal to the pico-dollar, over 11 requests') });
    writeFileSync(join(folder, kept), '{}');
    expect(await run(options, join(folder, kept))).toMatchObject({ code: 2, text: expect.stringContaining('no receipts') });
  });

  it('stops when the stack is gone, and says so', async () => {
    const closed = await serveBackend(router);
    await closed.close();
    writeFileSync(join(folder, '.spillway/local.json'), JSON.stringify({ ...localFile, gatewayUrl: closed.url }));
    const { code, text } = await run({ concurrency: 1, gateway: true });
    expect(text).toContain('stopping (the stack is gone)');
    expect(text).toContain('1 calls in');
    expect(code).toBe(1);
  });

  it('keeps to the bounds that were given', async () => {
    await run({ ...options, requests: 5, template: 'dispute' });
    expect(received.map(({ template }) => template)).toEqual(Array.from({ length: 5 }, () => 'dispute'));
    expect((await run({ ...options, feature: 'nobody' })).text).toContain('known: invoice-extractor/extract');
  });

  it('keeps the time of the trace, scaled', async () => {
    const startMs = performance.now();
    await run({ ...options, speed: 0.5 });
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(200);
  });

  it('ends with 2 and a readable line when there is no stack, a dead one, or no such file', async () => {
    writeFileSync(join(folder, '.spillway/local.json'), JSON.stringify({ ...localFile, pid: 2 ** 22 + 1 }));
    expect(await run()).toMatchObject({ code: 2, text: expect.stringContaining('has ended') });
    rmSync(join(folder, '.spillway/local.json'));
    expect(await run()).toMatchObject({ code: 2, text: expect.stringContaining('npm start') });
    expect(await run(options, join(folder, 'none'))).toMatchObject({ code: 2, text: expect.stringContaining('cannot read') });
  });
});
