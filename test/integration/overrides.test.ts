import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../support/run-cli.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { roundsBeforeModel, watchStoreCalls } from '../support/store-calls.ts';

const CONFIG = `
organization: acme
timezone: UTC
unassignedOwner: platform@acme.example
models:
  haiku: { id: bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0 }
  sonnet: { id: bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0 }
budgets: { daily: 100, monthly: 1000 }
teams: { search: { budgets: { monthly: 500 } } }
features:
  docs: { owner: docs@acme.example, team: search, templates: [answer, other], route: { model: haiku }, budgets: { daily: 50 } }
  poor: { owner: poor@acme.example, team: search, templates: [answer], route: { model: haiku }, budgets: { daily: 0.0001 } }
  short: { owner: short@acme.example, team: search, templates: [answer], route: { model: sonnet }, limits: { inputTokens: 50 } }
report: { to: [ops@acme.example], from: spillway@acme.example }
alerts: { email: [] }
`;

const folder = mkdtempSync(join(tmpdir(), 'spillway-overrides-'));
let stack: TestStack;
let lambda: LambdaClient;

beforeAll(async () => {
  const configFile = join(folder, 'spillway.yaml');
  writeFileSync(configFile, CONFIG);
  stack = await startTestStack({ stateDir: join(folder, '.spillway'), configFile });
  lambda = new LambdaClient(stack.sdk);
}, 120_000);
afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

const spillway = (...args: string[]) => runCli(folder, [...args, '--local']);
async function json(...args: string[]) {
  const { code, out, err } = await spillway(...args, '--json');
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out);
}

let questions = 0;
const request = (over: Record<string, unknown> = {}) => ({
  feature: 'docs',
  template: 'answer',
  messages: [{ role: 'user', content: [{ text: `question ${questions++}` }] }],
  ...over,
});

/** `answered`, or the reason of the refusal. */
async function route(over: Record<string, unknown> = {}): Promise<string> {
  const Payload = JSON.stringify(request(over));
  const { Payload: answer } = await lambda.send(new InvokeCommand({ FunctionName: stack.functions.router, Payload }));
  return JSON.parse(answer?.transformToString() ?? '{}').refused?.reason ?? 'answered';
}

async function routeWithKey(key: string): Promise<string> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const response = await fetch(new URL('/v1/route', stack.gatewayUrl), { method: 'POST', headers, body: JSON.stringify(request()) });
  return JSON.parse(await response.text()).reason ?? 'answered';
}

const SEEN_MS = 2_000;

describe('an environment', () => {
  it('reads the overrides at most every 2 s, and beside its own store round: never before it, never after', async () => {
    for (let i = 0; i < 2; i++) await route();
    const calls = watchStoreCalls(stack);
    stack.clock.advance(SEEN_MS);
    expect(await route()).toBe('answered');
    const stale = calls.take();
    expect(await route()).toBe('answered');
    const fresh = calls.take();
    calls.stop();
    const operationsBefore = (seen: typeof stale) =>
      seen
        .slice(
          0,
          seen.findIndex(({ service }) => service === 'bedrock'),
        )
        .map(({ operation }) => operation);
    expect(operationsBefore(stale).toSorted()).toEqual(['Query', 'UpdateItem']);
    expect(operationsBefore(fresh)).toEqual(['UpdateItem']);
    expect([roundsBeforeModel(stale), roundsBeforeModel(fresh)]).toEqual([1, 1]);
    // The hold; then, after the model, the entry and the settlement: what a call has always cost.
    expect(fresh.filter(({ service }) => service === 'dynamodb').map(({ operation }) => operation)).toEqual([
      'UpdateItem',
      'PutItem',
      'UpdateItem',
    ]);
  });

  it('that is cold obeys with its first call', async () => {
    await spillway('pause', 'org');
    await stack.host('router').recycle();
    expect(await route()).toBe('paused');
    await spillway('resume', 'org');
    await stack.host('router').recycle();
    expect(await route()).toBe('answered');
  });

  it('that has been idle for an hour obeys with its next call', async () => {
    await route();
    await spillway('pause', 'org');
    stack.clock.advance(3_600_000);
    expect(await route()).toBe('paused');
    await spillway('resume', 'org');
    stack.clock.advance(SEEN_MS);
    expect(await route()).toBe('answered');
  });
});

describe('a pause', () => {
  it.each(['org', 'team:search', 'feature:docs', 'template:docs/answer', 'model:haiku', 'run:r1'])(
    'of %s is seen within 2 s, and so is its end',
    async (scope) => {
      const call = () => route({ run: 'r1' });
      await call();
      expect(await json('pause', scope, '--reason', 'an incident')).toMatchObject({ kind: 'pause', scope, until: null });
      stack.clock.advance(SEEN_MS);
      expect(await call()).toBe('paused');
      expect(await json('resume', scope)).toEqual({ scope, resumed: true, stillPausedBy: null });
      stack.clock.advance(SEEN_MS);
      expect(await call()).toBe('answered');
    },
  );

  it.each(['feature:docs', 'template:docs/answer', 'run:r2'])('of %s stops the very next call', async (scope) => {
    expect(await route({ run: 'r2' })).toBe('answered');
    await spillway('pause', scope);
    expect(await route({ run: 'r2' })).toBe('paused');
    await spillway('resume', scope);
    stack.clock.advance(SEEN_MS);
  });

  it('of a gateway key stops its callers alone', async () => {
    const [one, other] = [await json('keys', 'create', '--features', 'docs'), await json('keys', 'create', '--features', 'docs')];
    expect(await routeWithKey(one.key)).toBe('answered');
    await spillway('pause', `key:${one.id}`);
    stack.clock.advance(SEEN_MS);
    expect([await routeWithKey(one.key), await routeWithKey(other.key)]).toEqual(['paused', 'answered']);
    await spillway('resume', `key:${one.id}`);
    stack.clock.advance(SEEN_MS);
    expect(await routeWithKey(one.key)).toBe('answered');
  });

  it('with an end says when, and ends by itself, for everybody', async () => {
    const { until } = await json('pause', 'team:search', '--until', '30m');
    stack.clock.advance(SEEN_MS);
    const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: stack.functions.router, Payload: JSON.stringify(request()) }));
    expect(JSON.parse(Payload?.transformToString() ?? '{}').refused).toMatchObject({
      reason: 'paused',
      retryAt: until,
      evidence: { scope: 'team:search' },
    });
    stack.clock.advance(30 * 60_000);
    expect(await Promise.all([route(), route(), route()])).toEqual(['answered', 'answered', 'answered']);
  });

  it('by two operators at once is ended by one resume, and each is in the audit trail', async () => {
    await Promise.all([spillway('pause', 'feature:docs', '--until', '1h'), spillway('pause', 'feature:docs')]);
    expect((await json('overrides')).overrides.map(({ scope }: { scope: string }) => scope)).toEqual(['feature:docs', 'feature:docs']);
    await spillway('resume', 'feature:docs', '--reason', 'over');
    stack.clock.advance(SEEN_MS);
    expect(await route()).toBe('answered');
    const { acts } = await json('overrides', '--all');
    expect(acts.slice(-3)).toMatchObject([
      { act: 'pause', state: 'ended' },
      { act: 'pause', state: 'ended' },
      { act: 'resume', scope: 'feature:docs', reason: 'over', by: expect.stringMatching(/./), ended: [acts.at(-3).id, acts.at(-2).id] },
    ]);
  });
});

describe('a raise', () => {
  it('lets in what the cap refused, within 2 s, and ends at its time', async () => {
    const call = () => route({ feature: 'poor' });
    expect([await call(), await call()]).toEqual(['budget_exhausted', 'budget_exhausted']);
    await json('budget', 'raise', 'feature:poor', '--by', '1', '--until', '2h', '--reason', 'launch');
    stack.clock.advance(SEEN_MS);
    expect(await call()).toBe('answered');
    expect((await json('budget', 'feature:poor')).rows[0]).toMatchObject({
      scope: 'feature:poor',
      period: 'daily',
      capUsd: '1.0001',
      raisedUsd: '1',
    });
    stack.clock.advance(2 * 3_600_000);
    expect(await call()).toBe('budget_exhausted');
    expect((await json('budget', 'feature:poor')).rows[0]).toMatchObject({
      capUsd: '0.0001',
      raisedUsd: '0',
      leftUsd: expect.stringMatching(/^-/),
    });
  });

  it('adds to others of the same scope, and can be ended before its time', async () => {
    const raise = (by: string) => json('budget', 'raise', 'feature:poor', '--by', by, '--until', '2h', '--reason', 'launch');
    const [first] = await Promise.all([raise('1'), raise('2')]);
    expect((await json('budget', 'feature:poor')).rows[0]).toMatchObject({ raisedUsd: '3' });
    expect(await json('overrides', 'end', first.id)).toEqual({ id: first.id, ended: true });
    expect((await json('budget', 'feature:poor')).rows[0]).toMatchObject({ raisedUsd: '2' });
  });
});

describe('an exemption', () => {
  it('lets in what a rule refuses, until its time', async () => {
    const call = () => route({ feature: 'short', messages: [{ role: 'user', content: [{ text: 'long '.repeat(200) }] }] });
    expect(await call()).toBe('input_too_long');
    await json('allow', 'team:search', '--rule', 'input_too_long', '--until', '1h');
    stack.clock.advance(SEEN_MS);
    expect(await call()).toBe('answered');
    stack.clock.advance(3_600_000);
    expect(await call()).toBe('input_too_long');
  });
});
