import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { entriesAmong } from '../support/stored-entries.ts';

let stack: TestStack;
let lambda: LambdaClient;
beforeAll(async () => {
  stack = await startTestStack();
  lambda = new LambdaClient(stack.sdk);
}, 120_000);
afterAll(() => stack.stop());
afterEach(() => behave({ error: null, latencyMs: 0 }));

const behave = (behaviour: object) =>
  fetch(new URL('/bedrock', stack.devUrl), {
    method: 'POST',
    body: JSON.stringify(behaviour),
    headers: { 'content-type': 'application/json' },
  });
const request = (over: object = {}) => ({
  feature: 'month-end-close',
  template: 'reconcile',
  messages: [{ role: 'user', content: [{ text: `Reconcile these. ${Math.random()}` }] }],
  ...over,
});
async function invoke(over: object = {}) {
  const command = new InvokeCommand({ FunctionName: stack.functions.router, Payload: JSON.stringify(request(over)) });
  const { Payload, FunctionError } = await lambda.send(command);
  expect(FunctionError).toBeUndefined();
  return JSON.parse(Payload?.transformToString() ?? 'null');
}
/** What the feature's day has left, as the next receipt says. */
const remaining = async () => Number((await invoke()).receipt.budget[0].remainingUsd);

describe('a model that fails', () => {
  it.each([
    ['ThrottlingException', 'model_throttled'],
    ['ServiceUnavailableException', 'model_unavailable'],
  ])('with %s costs nothing', async (error, reason) => {
    const before = await remaining();
    await behave({ error });
    const { refused } = await invoke();
    expect([refused.reason, refused.evidence.assumedUsd, refused.docs]).toEqual([reason, undefined, `docs/errors.md#${reason}`]);
    expect(Date.parse(refused.retryAt)).toBeGreaterThan(0);
    await behave({ error: null });
    expect(before - (await remaining())).toBeLessThan(0.01);
  });

  it.each([
    ['ModelTimeoutException', 'model_timeout'],
    ['disconnect', 'model_unavailable'],
  ])('with %s may have been billed: its whole hold is booked', async (error, reason) => {
    const before = await remaining();
    await behave({ error });
    const { refused } = await invoke();
    expect(refused.reason).toBe(reason);
    expect(Number(refused.evidence.assumedUsd)).toBeGreaterThan(0.01);
    await behave({ error: null });
    expect(before - (await remaining())).toBeGreaterThanOrEqual(Number(refused.evidence.assumedUsd));
  });

  it('in the middle of a stream tells the reader, and books the hold', async () => {
    await behave({ error: 'disconnect' });
    const response = await fetch(new URL('/v1/route', stack.gatewayUrl), {
      method: 'POST',
      headers: { authorization: `Bearer ${stack.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(request({ stream: true })),
    });
    const text = await response.text();
    expect(text).toMatch(/"reason":"model_unavailable".*"assumedUsd":"0\.\d+"/s);
    const pages = await Array.fromAsync(paginateScan({ client: new DynamoDBClient(stack.sdk) }, { TableName: stack.tables.ledger }));
    const requestId = /"requestId":"([^"]+)"/.exec(text)?.[1];
    const entry = entriesAmong(pages.flatMap(({ Items = [] }) => Items)).find((booked) => booked.requestId === requestId);
    expect([entry?.kind, entry?.costPico]).toEqual(['assumed', entry?.holdPico]);
    // What had come is noted for whoever corrects it.
    expect(entry?.seenOutputTokens).toBeGreaterThan(0);
  });
});

describe('a model that is down, with an alternative', () => {
  it('is stood in for, and the receipt says by whom', async () => {
    await behave({ error: 'ServiceUnavailableException', model: 'nova' });
    const triage = { feature: 'ticket-triage', template: 'classify' };
    const { receipt } = await invoke(triage);
    expect(receipt).toMatchObject({ model: 'haiku', arm: 'cheap', reason: 'fallback', attempts: 3 });
    await behave({ error: null });
  });
});
