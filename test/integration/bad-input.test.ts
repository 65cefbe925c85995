import { InvokeCommand, LambdaClient, RequestTooLargeException } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { breakService } from '../support/broken-service.ts';
import { CANARY, canarySightings } from '../support/canary.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { request, watchAlerts } from '../support/stack-actions.ts';

const SIZES = { ours: 5_600_000, lambdas: 6_300_000 };
let stack: TestStack;
let lambda: LambdaClient;
beforeAll(async () => {
  stack = await startTestStack();
  lambda = new LambdaClient({ ...stack.sdk, maxAttempts: 1 });
  await watchAlerts(stack);
}, 120_000);
afterAll(() => stack.stop());

async function invoke(payload: string) {
  const { Payload, FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName: stack.functions.router, Payload: Buffer.from(payload) }),
  );
  expect(FunctionError).toBeUndefined();
  return Payload?.transformToString() ?? '';
}
async function post(path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  const init = {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${stack.apiKey}`, ...headers },
  };
  const response = await fetch(stack.gatewayUrl + path, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}
/** Both doors refuse it alike, in words that hold neither a stack trace nor what was sent. */
async function refusedAtBothDoors(body: string): Promise<{ reason: string; message: string; path?: string }> {
  const { refused } = JSON.parse(await invoke(body));
  const answer = await post('/v1/route', body);
  const problem = JSON.parse(answer.text);
  expect([answer.status >= 400, problem.reason, answer.headers.get('content-type')]).toEqual([
    true,
    refused.reason,
    'application/problem+json',
  ]);
  expect(JSON.stringify(refused) + answer.text).not.toMatch(new RegExp(`${CANARY}|    at |node_modules|\\.ts:`));
  return { reason: refused.reason, message: refused.message, path: refused.evidence.path };
}
const good = (more: object = {}) => JSON.stringify(request(CANARY, more));
const count = () => stack.bedrock?.calls().length;

describe('a body that is no request', () => {
  it("is Lambda's to refuse on Invoke, and ours at the gateway, when it is not JSON", async () => {
    await expect(invoke(`{"feature": ${CANARY}`)).rejects.toMatchObject({ name: 'InvalidRequestContentException' });
    for (const path of ['/v1/route', '/v1/messages', '/v1/chat/completions', '/v1/outcomes']) {
      for (const body of [`{"feature": ${CANARY}`, '', Buffer.from(good(), 'utf16le')]) {
        const { status, text } = await post(path, body);
        expect([status, JSON.parse(text).reason], `${path} ${body}`).toEqual([400, 'request_malformed']);
        expect(text).not.toContain(CANARY);
      }
    }
  });

  it.each(['null', '5', '[]', `"${CANARY}"`, '{}', '{"outcome":5}'])('is malformed: %s', async (body) => {
    expect((await refusedAtBothDoors(body)).reason).toBe('request_malformed');
  });

  it('has each wrong type named by its path', async () => {
    const wrong = {
      ...{ feature: 5, template: [CANARY], run: { a: CANARY }, parentRun: '', messages: CANARY, system: CANARY, toolConfig: 3 },
      ...{ inferenceConfig: CANARY, idempotencyKey: 7, model: 8, expect: CANARY, outputConfig: [], templateVersion: ' ' },
    };
    for (const [field, value] of Object.entries(wrong)) {
      expect(await refusedAtBothDoors(good({ [field]: value }))).toMatchObject({ reason: 'request_malformed', path: field });
    }
    const infinite = good().replace('"maxTokens":60', '"maxTokens":1e999');
    expect(await refusedAtBothDoors(infinite)).toMatchObject({ path: 'inferenceConfig.maxTokens' });
  });

  it('is not walked into when it is nested 200,000 deep', async () => {
    const deep = good({ outputConfig: 'DEEP' }).replace('"DEEP"', '['.repeat(200_000) + ']'.repeat(200_000));
    expect((await refusedAtBothDoors(deep)).reason).toBe('request_malformed');
    expect((await post('/v1/messages', deep)).status).toBe(400);
  });

  it.each(['__proto__', 'constructor', 'valueof', 'ünïcode', 'a b', 'a\r\nx-evil: 1', '../x', 'x'.repeat(60)])(
    'with the name "%s" finds nothing under it',
    async (name) => {
      for (const tag of ['feature', 'template', 'model']) {
        const { reason } = await refusedAtBothDoors(good({ [tag]: name }));
        expect(['request_malformed', 'unknown_feature', 'unknown_template', 'model_not_allowed']).toContain(reason);
      }
    },
  );

  it('calls no model, and is written nowhere', async () => {
    expect(count()).toBe(0);
    expect(await canarySightings(stack)).toEqual([]);
  });
});

describe('a body that is too large', () => {
  const sized = (bytes: number) => good({ system: [{ text: 'x'.repeat(bytes) }] });

  it('is refused by us over 5.5 MB', async () => {
    expect((await refusedAtBothDoors(sized(SIZES.ours))).reason).toBe('request_too_large');
    expect((await post('/v1/route', sized(SIZES.ours))).status).toBe(413);
  });

  it('is refused by Lambda over 6 MB, at both of its doors', async () => {
    await expect(invoke(sized(SIZES.lambdas))).rejects.toBeInstanceOf(RequestTooLargeException);
    expect((await post('/v1/route', sized(SIZES.lambdas))).status).toBe(413);
  });
});

describe('a call whose tags are wrong', () => {
  const { feature: _, template: __, ...bare } = request(CANARY);

  it.each([
    ['untagged', JSON.stringify(bare)],
    ['untagged', good({ template: '' })],
    ['unknown_feature', good({ feature: 'nobody' })],
    ['unknown_template', good({ template: 'nothing' })],
    ['model_not_allowed', good({ model: 'sonnet' })],
  ])('is refused as %s', async (reason, body) => {
    expect((await refusedAtBothDoors(body)).reason).toBe(reason);
  });

  it("is refused at the vendors' doors in the vendors' shapes", async () => {
    const headers = { 'x-spillway-feature': 'nobody', 'x-spillway-template': 'x' };
    const body = JSON.stringify({ model: 'auto', max_tokens: 9, messages: [{ role: 'user', content: CANARY }] });
    for (const path of ['/v1/messages', '/v1/chat/completions']) {
      const { status, text } = await post(path, body, headers);
      expect([status, JSON.parse(text).error.reason]).toEqual([400, 'unknown_feature']);
      expect(JSON.parse((await post(path, body)).text).error.reason).toBe('untagged');
    }
  });
});

describe('a model that refuses', () => {
  const behave = (error: string | null) => stack.bedrock?.setBehaviour({ error });

  it('for want of access is named, with what to do, and nothing is charged', async () => {
    behave('AccessDeniedException');
    for (const body of [good(), good({ stream: true })]) {
      const { status, text } = await post('/v1/route', body);
      expect([status, text]).toEqual([503, expect.stringMatching(/"reason":"model_unavailable".*grant model access in Bedrock/)]);
      expect(text).not.toContain('assumedUsd');
    }
    behave(null);
    expect(JSON.parse(await invoke(good())).receipt.model).toBe('haiku');
  });

  it('and quotes the prompt is believed, not repeated', async () => {
    const mend = breakService(stack, 'bedrock', { code: 'ValidationException', message: `malformed: "${CANARY}"`, status: 400 });
    const { refused } = JSON.parse(await invoke(good()));
    mend();
    expect([refused.reason, JSON.stringify(refused)]).toEqual(['model_rejected_input', expect.not.stringContaining(CANARY)]);
  });
});

describe('after all of it', () => {
  it('no log, table, mail or alert holds a word of a prompt', async () => {
    expect(count()).toBeGreaterThan(0);
    expect(await canarySightings(stack)).toEqual([]);
  });
});
