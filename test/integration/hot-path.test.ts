import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let lambda: LambdaClient;
beforeAll(async () => {
  stack = await startTestStack();
  lambda = new LambdaClient(stack.sdk);
}, 120_000);
afterAll(() => stack.stop());

const ask = (text: string, over: Record<string, unknown> = {}) => ({
  feature: 'invoice-extractor',
  template: 'extract',
  messages: [{ role: 'user', content: [{ text }] }],
  ...over,
});
async function invoke(payload: unknown, Qualifier?: string) {
  const FunctionName = stack.functions.router;
  const { Payload, FunctionError } = await lambda.send(new InvokeCommand({ FunctionName, Qualifier, Payload: JSON.stringify(payload) }));
  return { error: FunctionError, answer: JSON.parse(Payload?.transformToString() ?? 'null') };
}
/** A response's JSON, to be looked into. */
const read = async (response: Response) => JSON.parse(await response.text());
const gateway = (path: string, init: RequestInit = {}) =>
  fetch(new URL(path, stack.gatewayUrl), {
    ...init,
    headers: { authorization: `Bearer ${stack.apiKey}`, 'content-type': 'application/json', ...init.headers },
  });
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  gateway(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers });

describe('the router, invoked', () => {
  it('answers with an exact receipt', async () => {
    const { answer } = await invoke(ask('What is the total?'));
    expect(answer).toMatchObject({ stopReason: 'end_turn', receipt: { model: 'haiku', arm: 'cheap', attempts: 1, warnings: [] } });
    expect(answer.receipt.costUsd).toMatch(/^0\.\d+$/);
    expect(answer.receipt.budget[0]).toMatchObject({ scope: 'feature:invoice-extractor' });
  });

  it('asks the strong model when the cheap answer is not the JSON that was asked for', async () => {
    const { answer } = await invoke(
      ask('[[fail-on=haiku]] total? [[json={"total":42}]]', { expect: { jsonSchema: { type: 'object', required: ['total'] } } }),
    );
    expect(answer.receipt).toMatchObject({ model: 'sonnet', escalated: true, attempts: 2 });
  });

  it('stops the fourth identical request of a run', async () => {
    const reasons = [];
    for (let i = 0; i < 5; i++) reasons.push((await invoke(ask('again', { run: 'loop-1' }))).answer.refused?.reason);
    expect(reasons).toEqual([undefined, undefined, undefined, 'loop_detected', 'breaker_open']);
  });

  it('refuses what it cannot read, by path, without repeating it', async () => {
    const { answer, error } = await invoke(ask('x', { messages: [{ role: 'user', content: [{ text: 12345 }] }] }));
    expect(error).toBeUndefined();
    expect(answer.refused).toMatchObject({ reason: 'request_malformed', evidence: { path: 'messages.0.content.0.text' } });
    expect(JSON.stringify(answer)).not.toContain('12345');
    for (const odd of [null, [], 'text', 42]) expect((await invoke(odd)).answer.refused.reason).toBe('request_malformed');
  });

  it('refuses more than 5.5 MB', async () => {
    expect((await invoke(ask('x'.repeat(5_500_001)))).answer.refused.reason).toBe('request_too_large');
  });

  it('lets an alias spend as its own feature alone', async () => {
    expect((await invoke(ask('mine'), 'invoice-extractor')).answer.receipt.model).toBe('haiku');
    expect((await invoke(ask('not mine'), 'docs-search')).answer.refused.reason).toBe('forbidden_feature');
  });

  it('takes the outcome of an answer', async () => {
    const { answer } = await invoke(ask('rate me'));
    expect((await invoke({ outcome: { requestId: answer.requestId, ok: true } })).answer).toEqual({ recorded: true });
  });
});

describe('the gateway', () => {
  it('answers what the router answers, with the receipt in headers too', async () => {
    const response = await post('/v1/route', ask('over HTTP'));
    const answer = await read(response);
    expect([response.status, response.headers.get('x-spillway-request-id')]).toEqual([200, answer.requestId]);
    expect(response.headers.get('x-spillway-cost-usd')).toBe(answer.receipt.costUsd);
  });

  it.each([
    ['no key', { authorization: '' }, 401, 'unauthorized'],
    ['a wrong key', { authorization: 'Bearer sw_wrong' }, 401, 'unauthorized'],
  ])('refuses %s', async (_, headers, status, reason) => {
    const response = await post('/v1/route', ask('x'), headers);
    expect([response.status, response.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
    expect(await read(response)).toMatchObject({ title: reason, reason, status });
  });

  it('refuses broken JSON, unknown addresses and methods as problems', async () => {
    expect(await (await post('/v1/route', '{"feature": ')).json()).toMatchObject({ reason: 'request_malformed' });
    expect((await gateway('/nowhere')).status).toBe(404);
    const wrong = await gateway('/v1/route');
    expect([wrong.status, wrong.headers.get('allow'), wrong.headers.get('content-type')]).toEqual([
      405,
      'POST',
      'application/problem+json',
    ]);
  });

  it('streams a strong answer, and ends with the receipt', async () => {
    const response = await post('/v1/route', ask('stream to me', { template: 'dispute', stream: true }));
    const text = await response.text();
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(text).toMatch(/event: contentBlockDelta[\s\S]*event: receipt\ndata: \{"requestId":"invoice-extractor\.dispute\./);
  });

  it('answers a refusal before the first event with its status, streaming or not', async () => {
    const response = await post('/v1/route', ask('x', { template: 'nope', stream: true }));
    expect([response.status, (await read(response)).reason]).toEqual([400, 'unknown_template']);
  });

  it('shows no report without its token', async () => {
    expect((await gateway('/reports/2026-W47?t=guess')).status).toBe(404);
    expect((await gateway('/reports/..%2Fsecret?t=x')).status).toBe(404);
  });

  it('lists the configured models, and is healthy', async () => {
    expect((await read(await gateway('/v1/models'))).data.map(({ id }: { id: string }) => id)).toContain('haiku');
    expect(await (await gateway('/healthz')).json()).toEqual({ ok: true });
  });
});
