import { request as httpRequest } from 'node:http';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { usdToPico } from '../../functions/core/money.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { entriesAmong } from '../support/stored-entries.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack({ configFile: 'test/support/hostile.yaml' });
}, 120_000);
afterAll(() => stack.stop());

const ask = (feature: string, more: object = {}) => ({
  ...{ feature, template: 'ask', inferenceConfig: { maxTokens: 60 } },
  ...{ messages: [{ role: 'user', content: [{ text: `hello ${Math.random()}` }] }] },
  ...more,
});
async function route(body: object) {
  const result = await stack.invoke('router', body);
  if (result.kind !== 'answered') throw new Error(`the router failed: ${JSON.stringify(result)}`);
  return JSON.parse(result.payload);
}
const together = (count: number, body: () => object) => Promise.all(Array.from({ length: count }, () => route(body())));
const kindOf = ({ refused, receipt }: { refused?: { reason: string }; receipt?: { replayed?: boolean } }): string =>
  refused?.reason ?? (receipt?.replayed === true ? 'replayed' : 'answered');
const counted = (answers: readonly Parameters<typeof kindOf>[0][]) =>
  Object.fromEntries([...Map.groupBy(answers, kindOf)].map(([kind, found]) => [kind, found.length]));
const headers = () => ({ 'content-type': 'application/json', authorization: `Bearer ${stack.apiKey}` });
async function entriesOf(feature: string) {
  const pages = await Array.fromAsync(paginateScan({ client: new DynamoDBClient(stack.sdk) }, { TableName: stack.tables.ledger }));
  return entriesAmong(pages.flatMap(({ Items = [] }) => Items)).filter((entry) => entry.feature === feature);
}

/** As it goes over the wire: fetch would tidy path, method and headers up. */
function raw(method: string, path: string, extra: Record<string, string> = {}): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(stack.gatewayUrl);
    const call = httpRequest({ host: '127.0.0.1', port, path, method, headers: { ...headers(), ...extra } }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    call.on('error', reject).end();
  });
}

describe('odd HTTP at the gateway', () => {
  it.each([
    ['GET', '/reports/../../settings?t=x', 404],
    ['GET', '/reports/%2e%2e%2f%2e%2e?t=x', 404],
    ['GET', '/reports/2026-W47/../x?t=a', 404],
    ['GET', '/reports/%00?t=x', 404],
    ['GET', '/reports/2026-W47?t=%ZZ', 404],
    ['GET', '/%', 400],
    ['GET', '/v1/%ZZ', 400],
    ['GET', 'http://evil.example/', 400],
    ['TRACE', '/v1/route', 400],
    ['HEAD', '/v1/route', 405],
    ['OPTIONS', '/v1/route', 405],
    ['DELETE', '/v1/models', 405],
    ['POST', '/V1/ROUTE', 404],
    ['POST', '/v1/route/', 404],
    ['HEAD', '/healthz', 200],
  ])('%s %s has the status %s', async (method, path, status) => {
    const answer = await raw(method, path);
    expect([answer.status, answer.text]).toEqual([status, expect.not.stringMatching(/ {4}at |node_modules/)]);
  });

  it('is read whatever its content type says, and however large its headers are', async () => {
    for (const type of ['text/plain', 'application/octet-stream', 'multipart/form-data', 'nonsense']) {
      const init = { method: 'POST', headers: { ...headers(), 'content-type': type }, body: JSON.stringify(ask('wide')) };
      expect((await fetch(`${stack.gatewayUrl}/v1/route`, init)).status, type).toBe(200);
    }
    expect((await raw('GET', '/healthz', { x: 'a'.repeat(15_000) })).status).toBe(200);
    expect((await raw('GET', '/healthz', { x: 'a'.repeat(60_000) })).status).toBe(431);
    expect((await raw('GET', '/v1/models', { authorization: `Bearer ${'x'.repeat(8_000)}` })).status).toBe(401);
  });
});

describe('many calls at once', () => {
  it('under one idempotency key call the model once', async () => {
    const body = ask('wide', { idempotencyKey: 'once' });
    const before = stack.bedrock?.calls().length ?? 0;
    const answers = await together(30, () => body);
    const { answered, ...others } = counted(answers);
    expect([answered, Object.keys(others).every((kind) => kind === 'replayed' || kind === 'in_progress')]).toEqual([1, true]);
    expect((stack.bedrock?.calls().length ?? 0) - before).toBe(1);
    expect(new Set(answers.flatMap(({ requestId }) => requestId ?? [])).size).toBe(1);
  });

  it('of one run, all alike, reach the model three times', async () => {
    const body = ask('wide', { run: 'attack' });
    const before = stack.bedrock?.calls().length ?? 0;
    const { answered, loop_detected: found = 0, breaker_open: open = 0 } = counted(await together(12, () => body));
    expect([answered, found >= 1, found + open]).toEqual([3, true, 9]);
    expect((stack.bedrock?.calls().length ?? 0) - before).toBe(3);
  });

  it('against a tight cap spend no more than it has, to the pico-dollar, and say what is missing', async () => {
    const answers = await together(200, () => ask('tight'));
    const cap = usdToPico('0.03');
    const spent = answers.reduce((sum, { receipt }) => sum + usdToPico(receipt?.costUsd ?? '0'), 0n);
    const booked = (await entriesOf('tight')).reduce((sum, { costPico }) => sum + costPico, 0n);
    expect([booked, spent <= cap, spent > (cap * 9n) / 10n]).toEqual([spent, true, true]);
    const refused = answers.flatMap((answer) => answer.refused ?? []);
    expect(refused.length).toBeGreaterThan(100);
    for (const { reason, evidence, retryAt } of refused) {
      expect(['budget_exhausted', 'budget_held']).toContain(reason);
      expect([evidence.scope, Date.parse(retryAt) > 0]).toEqual(['feature:tight', true]);
    }
    const { evidence } = (await route(ask('tight'))).refused;
    expect(evidence).toMatchObject({ period: 'daily', capUsd: '0.03', neededUsd: expect.stringMatching(/^0\.0\d+$/) });
    expect(usdToPico(evidence.committedUsd) + usdToPico(evidence.neededUsd)).toBeGreaterThan(cap);
  }, 60_000);

  it('that hold all the money keep the others waiting, not broke', async () => {
    stack.bedrock?.setBehaviour({ latencyMs: 2_500 });
    const answers = await together(8, () => ask('crowded', { inferenceConfig: { maxTokens: 4_000 } }));
    stack.bedrock?.setBehaviour({});
    const held = answers.flatMap(({ refused }) => (refused?.reason === 'budget_held' ? [refused] : []));
    expect([held.length > 0, held.length + (counted(answers)['answered'] ?? 0)]).toEqual([true, 8]);
    expect((await route(ask('crowded'))).receipt.model).toBe('haiku');
  });
});

describe('a client that leaves in the middle of a stream', () => {
  it('leaves a call that runs to its end, and is booked with its real usage', async () => {
    const leaving = new AbortController();
    const messages = [{ role: 'user', content: [{ text: '[[out=300]] [[latency=1500]] go' }] }];
    const body = JSON.stringify(ask('wide', { stream: true, messages, inferenceConfig: { maxTokens: 400 } }));
    const known = new Set((await entriesOf('wide')).map(({ requestId }) => requestId));
    const response = await fetch(`${stack.gatewayUrl}/v1/route`, { method: 'POST', headers: headers(), body, signal: leaving.signal });
    await response.body?.getReader().read();
    leaving.abort();
    const news = async () => (await entriesOf('wide')).filter(({ requestId }) => !known.has(requestId));
    await vi.waitFor(async () => expect(await news()).toHaveLength(1), { timeout: 10_000, interval: 200 });
    const [entry] = await news();
    expect(entry).toMatchObject({ kind: 'settled', usage: { output: 300 }, stopReason: 'end_turn' });
  }, 30_000);
});

describe('a feature in observe mode', () => {
  it.each([
    ['budget_exhausted', {}],
    ['untagged', { template: '' }],
    ['unknown_template', { template: 'nothing' }],
    ['model_not_allowed', { model: 'sonnet' }],
  ])('goes on over %s, which receipt and entry carry', async (reason, more) => {
    await route(ask('watched'));
    const { requestId, receipt } = await route(ask('watched', more));
    expect(receipt.wouldRefuse).toBe(reason);
    const entry = (await entriesOf('watched')).find((booked) => booked.requestId === requestId);
    expect(entry?.wouldRefuse).toBe(reason);
  });

  it('goes on through a loop', async () => {
    const body = ask('watched', { run: 'watched-loop' });
    const [first, second, third, fourth, fifth] = [
      await route(body),
      await route(body),
      await route(body),
      await route(body),
      await route(body),
    ];
    expect([first, second, third, fourth, fifth].map(({ receipt }) => receipt.model)).toEqual(Array(5).fill('haiku'));
    expect([fourth.receipt.wouldRefuse, fifth.receipt.wouldRefuse]).toEqual(['loop_detected', 'loop_detected']);
  });

  it('refuses what has no price, and bad keys', async () => {
    expect((await route(ask('watched', { model: 'opus' }))).refused.reason).toBe('model_not_allowed');
    const init = { method: 'POST', headers: { ...headers(), authorization: 'Bearer sw_no' }, body: JSON.stringify(ask('watched')) };
    expect((await fetch(`${stack.gatewayUrl}/v1/route`, init)).status).toBe(401);
  });
});
