import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient, RequestTooLargeException } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { StartProblem } from '../../local/start-problem.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { entriesAmong } from '../support/stored-entries.ts';

const request = (text: string) => ({
  ...{ feature: 'invoice-extractor', template: 'extract' },
  ...{ messages: [{ role: 'user', content: [{ text }] }], inferenceConfig: { maxTokens: 100 } },
});

async function route(stack: TestStack, body: unknown) {
  const client = new LambdaClient({ ...stack.sdk, maxAttempts: 1 });
  const { Payload, FunctionError } = await client.send(
    new InvokeCommand({ FunctionName: stack.functions.router, Payload: JSON.stringify(body) }),
  );
  return { error: FunctionError, answer: JSON.parse(Payload?.transformToString() ?? 'null') };
}

const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });

describe('the local stack', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startTestStack();
  });
  afterAll(() => stack.stop());

  it('routes a call that came over the real Lambda client, and books it in the ledger', async () => {
    const { error, answer } = await route(stack, request('read this invoice'));
    expect(error).toBeUndefined();
    expect(answer.receipt).toMatchObject({ model: 'haiku', arm: 'cheap' });
    const ledger = new DynamoDBClient(stack.sdk);
    const { Items = [] } = await ledger.send(new ScanCommand({ TableName: stack.tables.ledger }));
    expect(entriesAmong(Items).map(({ requestId }) => requestId)).toContain(answer.requestId);
  });

  it('serves the gateway to who has the key, and to nobody else', async () => {
    const ok = await post(`${stack.gatewayUrl}/v1/route`, request('through the door'), { authorization: `Bearer ${stack.apiKey}` });
    expect(ok.status).toBe(200);
    expect((await post(`${stack.gatewayUrl}/v1/route`, request('x'), { authorization: 'Bearer sw_wrong' })).status).toBe(401);
  });

  it("leaves the limits to their owners: ours below, Lambda's own above", async () => {
    expect((await route(stack, request('x'.repeat(5_600_000)))).answer.refused.reason).toBe('request_too_large');
    await expect(route(stack, request('x'.repeat(6_300_000)))).rejects.toBeInstanceOf(RequestTooLargeException);
  });

  it('says where everything is in local.json', () => {
    const local = JSON.parse(readFileSync(join(stack.stateDir, 'local.json'), 'utf8'));
    expect(local).toMatchObject({ pid: process.pid, gatewayUrl: stack.gatewayUrl, devUrl: stack.devUrl, functions: stack.functions });
    expect(Object.keys(local.endpoints)).toEqual(['lambda', 'dynamodb', 'sqs', 's3', 'ses', 'bedrock']);
    expect(Object.keys(local.functions)).toHaveLength(7);
  });

  it('runs scheduled functions when asked, and says which ones have no schedule', async () => {
    expect((await post(`${stack.devUrl}/schedule/compactor`, {})).status).toBe(200);
    expect((await post(`${stack.devUrl}/schedule/router`, {})).status).toBe(404);
    expect((await post(`${stack.devUrl}/schedule/nobody`, {})).status).toBe(404);
  });

  it('makes the models fail and work again, and lists what they were asked', async () => {
    await post(`${stack.devUrl}/bedrock`, { error: 'ThrottlingException' });
    const { answer } = await route(stack, request('while the models are down'));
    await post(`${stack.devUrl}/bedrock`, {});
    expect(answer.refused.reason).toMatch(/^model_throttled|all_models_down$/);
    expect((await route(stack, request('and again'))).answer.receipt.model).toBe('haiku');
    const calls = await (await fetch(`${stack.devUrl}/bedrock/calls`)).json();
    expect(calls).toEqual(expect.arrayContaining([expect.objectContaining({ operation: 'Converse', outcome: 'answered' })]));
    expect((await post(`${stack.devUrl}/bedrock`, { error: 'Flood' })).status).toBe(400);
  });

  it('moves the clock that the functions see', async () => {
    const before = stack.clock.now();
    expect((await post(`${stack.devUrl}/clock`, { advanceMs: 3_600_000 })).status).toBe(200);
    const { answer } = await route(stack, request('an hour later'));
    const { Items = [] } = await new DynamoDBClient(stack.sdk).send(new ScanCommand({ TableName: stack.tables.ledger }));
    const entry = entriesAmong(Items).find(({ requestId }) => requestId === answer.requestId);
    expect(entry?.admittedAtMs).toBeGreaterThanOrEqual(before + 3_600_000);
    expect((await post(`${stack.devUrl}/clock`, { advanceMs: -1 })).status).toBe(400);
  });

  it('refuses the developer API to a page that came through another name', async () => {
    const port = new URL(stack.devUrl).port;
    const { request: send } = await import('node:http');
    const status = await new Promise((resolve) => {
      const call = send({ port, host: '127.0.0.1', path: '/bedrock/calls', headers: { host: 'evil.example' } }, (response) =>
        resolve(response.statusCode),
      );
      call.end();
    });
    expect(status).toBe(403);
  });

  it('survives a kill of every environment in the middle of a call', async () => {
    await post(`${stack.devUrl}/bedrock`, { latencyMs: 5_000 });
    const dying = route(stack, request('to be killed'));
    await vi.waitFor(() => expect(stack.host('router').busy).toBe(1), 5_000);
    await stack.host('router').recycle();
    expect((await dying).error).toBe('Unhandled');
    await post(`${stack.devUrl}/bedrock`, {});
    expect((await route(stack, request('after the kill'))).error).toBeUndefined();
  });

  it('refuses a taken port in words, and leaves the stack that has it alone', async () => {
    const port = Number(new URL(stack.gatewayUrl).port);
    await expect(startTestStack({ port })).rejects.toThrow(StartProblem);
    expect((await fetch(`${stack.gatewayUrl}/healthz`)).status).toBe(200);
  });
});

describe('a stack with a data directory', () => {
  it('finds its ledger, its key and its clock again, and runs its schedules on time', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'spillway-data-'));
    const first = await startTestStack({ dataDir });
    const { answer } = await route(first, request('remember me'));
    first.clock.advance(7_200_000);
    const aheadMs = first.clock.offsetMs;
    await first.stop();
    expect(existsSync(join(first.stateDir, 'local.json'))).toBe(false);
    const second = await startTestStack({ dataDir, onTime: true });
    try {
      const { Items = [] } = await new DynamoDBClient(second.sdk).send(new ScanCommand({ TableName: second.tables.ledger }));
      expect(entriesAmong(Items).map(({ requestId }) => requestId)).toContain(answer.requestId);
      expect(second.apiKey).toBe(first.apiKey);
      expect(second.clock.offsetMs).toBe(aheadMs);
      await expect(startTestStack({ dataDir })).rejects.toThrow(/in use/);
      second.clock.advance(5 * 60_000);
      const runs = () =>
        second
          .host('batchSubmitter')
          .options.log.lines()
          .filter((line) => line.startsWith('REPORT'));
      await vi.waitFor(() => expect(runs()).toHaveLength(1), 30_000);
    } finally {
      await second.stop();
      rmSync(dataDir, { recursive: true, force: true });
    }
  }, 120_000);
});
