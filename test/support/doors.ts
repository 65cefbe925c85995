import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect } from 'vitest';
import { CANARY } from './canary.ts';
import type { TestStack } from './stack.ts';
import { request } from './stack-actions.ts';

/** Twice the patience of a caller that waits for a quarter of a minute: locally, calls also wait for an environment. */
const SOON_MS = 30_000;
const VENDOR = JSON.stringify({ model: 'auto', max_tokens: 9, messages: [{ role: 'user', content: CANARY }] });
const TAGS = { 'x-spillway-feature': 'invoice-extractor', 'x-spillway-template': 'extract' };

/** Every door of a stack at once: Invoke, and each address of the gateway that calls models. */
export class Doors {
  readonly stack: TestStack;
  readonly #lambda: LambdaClient;

  constructor(stack: TestStack) {
    this.stack = stack;
    this.#lambda = new LambdaClient({ ...stack.sdk, maxAttempts: 1 });
  }

  calls(): number {
    return this.stack.bedrock?.calls().length ?? 0;
  }

  async invoke(more: object = {}): Promise<{ failed: string | undefined; text: string }> {
    const command = new InvokeCommand({ FunctionName: this.stack.functions.router, Payload: Buffer.from(ask(more)) });
    const { Payload, FunctionError } = await this.#lambda.send(command);
    return { failed: FunctionError, text: Payload?.transformToString() ?? '' };
  }

  async post(path: string, body: string, headers: Record<string, string> = {}) {
    const authorized = { 'content-type': 'application/json', authorization: `Bearer ${this.stack.apiKey}`, ...headers };
    const response = await fetch(this.stack.gatewayUrl + path, { method: 'POST', body, headers: authorized });
    return { status: response.status, retryAfter: response.headers.get('retry-after'), text: await response.text() };
  }

  /** Each refuses as `store_unavailable`, soon, without a word of what broke, and no model is called. */
  async allRefuse(): Promise<void> {
    const [before, startedAt] = [this.calls(), performance.now()];
    const [invoked, posted] = await Promise.all([
      Promise.all([this.invoke(), this.invoke({ run: 'r', idempotencyKey: 'k' })]),
      Promise.all([
        this.post('/v1/route', ask()),
        this.post('/v1/route', ask({ stream: true })),
        this.post('/v1/messages', VENDOR, TAGS),
        this.post('/v1/chat/completions', VENDOR, TAGS),
      ]),
    ]);
    expect(performance.now() - startedAt).toBeLessThan(SOON_MS);
    for (const { failed, text } of invoked) expect([failed, JSON.parse(text).refused.reason]).toEqual([undefined, 'store_unavailable']);
    for (const { status, retryAfter, text } of posted) {
      expect([status, Number(retryAfter) > 0, text]).toEqual([503, true, expect.stringContaining('"reason":"store_unavailable"')]);
    }
    const said = [...invoked, ...posted].map(({ text }) => text).join('\n');
    expect(said).not.toMatch(/ {4}at |node_modules|127\.0\.0\.1|dynamodb|ssm|Exception|socket/i);
    expect(this.calls()).toBe(before);
  }

  async allAnswer(): Promise<void> {
    expect(JSON.parse((await this.invoke()).text).receipt.model).toBe('haiku');
    expect((await this.post('/v1/route', ask())).status).toBe(200);
  }
}

const ask = (more: object = {}) => JSON.stringify(request(CANARY, more));
