import { describe, expect, it } from 'vitest';
import { sha256 } from '../../functions/adapters/sha256.ts';
import { SpillwayError } from '../../functions/core/errors.ts';
import { gatewayApp } from '../../functions/gateway/app.ts';
import type { ModelAnswer } from '../../functions/ports/model-client.ts';
import { memoryKeys } from '../support/memory-route-stores.ts';
import { NOON, routeWorld, says } from '../support/route-world.ts';
import { featureSettings, settings } from '../support/settings.ts';

const KEY = 'sw_secret';
const TAGS = { 'x-spillway-feature': 'invoice-extractor', 'x-spillway-template': 'dispute' };

async function gateway(over: { answer?: ModelAnswer; features?: readonly string[] | 'all' } = {}) {
  const features = Object.fromEntries(['invoice-extractor', 'other'].map((name) => [name, featureSettings(name)]));
  const world = routeWorld({ settings: settings({ features }), model: () => over.answer ?? says('42') });
  const keys = memoryKeys();
  await keys.create({ id: 'k', hash: sha256(KEY), features: over.features ?? 'all', createdAtMs: NOON });
  const outcomes: unknown[] = [];
  const pages = new Map([['reports/2026-W47/index.html', '<h1>Waste</h1>']]);
  const ports = {
    ...world.ports,
    keys,
    sha256,
    outcomes: { record: async (outcome: unknown) => void outcomes.push(outcome) },
    reports: { hashOf: async (week: string) => (week === '2026-W47' ? sha256('token') : undefined) },
    blobs: { get: async (key: string) => pages.get(key) },
  };
  const app = gatewayApp(async () => ports, ports.log);
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const init = { method: 'POST', body: JSON.stringify(body), headers: { authorization: `Bearer ${KEY}`, ...headers } };
    const response = await app.request(path, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
  };
  return { ...world, app, keys, outcomes, post };
}

const route = { feature: 'invoice-extractor', template: 'dispute', messages: [{ role: 'user', content: [{ text: 'total?' }] }] };

describe('a gateway key', () => {
  it('spends for the features that it is bound to, and for no other', async () => {
    const { post } = await gateway({ features: ['invoice-extractor'] });
    expect((await post('/v1/route', route)).status).toBe(200);
    const refused = await post('/v1/route', { ...route, feature: 'other' });
    expect([refused.status, refused.json().reason]).toEqual([403, 'forbidden_feature']);
  });

  it('names its one feature for a call that names none', async () => {
    const { post, entries } = await gateway({ features: ['invoice-extractor'] });
    await post('/v1/route', { ...route, feature: undefined });
    expect(entries()[0]?.feature).toBe('invoice-extractor');
  });

  it('stops within two seconds of being revoked', async () => {
    const { post, keys, clock } = await gateway();
    expect((await post('/v1/route', route)).status).toBe(200);
    await keys.revoke('k', NOON);
    clock.nowMs += 2_000;
    expect((await post('/v1/route', route)).json()).toMatchObject({ reason: 'unauthorized', message: 'this key is revoked' });
  });

  it('is also read from x-api-key', async () => {
    const { post } = await gateway();
    expect((await post('/v1/route', route, { authorization: '', 'x-api-key': KEY })).status).toBe(200);
    expect((await post('/v1/route', route, { authorization: '', 'x-api-key': 'sw_other' })).status).toBe(401);
  });

  it('rates only its own features’ answers', async () => {
    const { post, outcomes } = await gateway({ features: ['invoice-extractor'] });
    expect((await post('/v1/outcomes', { requestId: 'other.x.01ARZ3NDEKTSV4RRFFQ69G5FAV', ok: true })).status).toBe(403);
    expect((await post('/v1/outcomes', { requestId: 'invoice-extractor.x.01ARZ3NDEKTSV4RRFFQ69G5FAV', ok: false })).status).toBe(200);
    expect(outcomes).toMatchObject([{ feature: 'invoice-extractor', template: 'x', ok: false }]);
  });

  it.each(['', 'a', '__proto__.x', 'a.b.c', 'a#b.c.01ARZ3NDEKTSV4RRFFQ69G5FAV', 'a.b.01ARZ3NDEKTSV4RRFFQ69G5FAV.c'])(
    'rates nothing under what is no request id: "%s"',
    async (requestId) => {
      const { post, outcomes } = await gateway();
      expect((await post('/v1/outcomes', { requestId, ok: true })).json()).toMatchObject({ reason: 'request_malformed' });
      expect(outcomes).toEqual([]);
    },
  );
});

describe('a refusal over HTTP', () => {
  it('tells an SDK when to come again, and when not to', async () => {
    const { post } = await gateway();
    const run = { ...route, run: 'r1' };
    for (let i = 0; i < 3; i++) expect((await post('/v1/route', run)).status).toBe(200);
    const { status, headers } = await post('/v1/route', run);
    expect([status, headers.get('retry-after'), headers.get('x-should-retry')]).toEqual([429, '300', 'false']);
  });
});

describe('a gateway that cannot start', () => {
  const failing = async (error: Error) => {
    const logs: string[] = [];
    const app = gatewayApp(
      () => Promise.reject(error),
      (event) => void logs.push(event),
    );
    const response = await app.request('/v1/route', { method: 'POST' });
    return { status: response.status, text: await response.text(), logs };
  };

  it('says that a store is down, to the caller and to the log', async () => {
    const { status, text, logs } = await failing(new SpillwayError('store_unavailable', 'the settings could not be read'));
    expect([status, JSON.parse(text).reason, logs]).toEqual([503, 'store_unavailable', ['store_unavailable']]);
  });

  it('logs a bad deployment, and tells the caller nothing of it', async () => {
    const { status, text, logs } = await failing(new RangeError('no settings under /spillway'));
    expect([status, logs]).toEqual([500, ['unexpected']]);
    expect(text).not.toContain('/spillway');
  });
});

describe('a report page', () => {
  it('opens with its token alone', async () => {
    const { app } = await gateway();
    expect(await (await app.request('/reports/2026-W47?t=token')).text()).toBe('<h1>Waste</h1>');
    for (const path of ['/reports/2026-W47?t=wrong', '/reports/2026-W47', '/reports/2026-W46?t=token', '/reports/x?t=token']) {
      expect((await app.request(path)).status).toBe(404);
    }
  });
});

const toolAnswer = says('', {
  message: { role: 'assistant', content: [{ text: 'Let me look.' }, { toolUse: { toolUseId: 'u1', name: 'search', input: { q: 'x' } } }] },
  stopReason: 'tool_use',
});

describe('/v1/messages', () => {
  const body = {
    model: 'auto',
    max_tokens: 100,
    system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
    tools: [{ name: 'search', description: 'finds', input_schema: { type: 'object' } }],
    messages: [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'u0', name: 'search', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'u0', content: 'nothing', is_error: true }] },
    ],
  };

  it('carries a conversation with tools there and back', async () => {
    const { post, calls } = await gateway({ answer: toolAnswer });
    const { status, json, headers } = await post('/v1/messages', body, TAGS);
    expect(status).toBe(200);
    expect(calls[0]?.maxTokens).toBe(100);
    expect(calls[0]?.prompt.system).toEqual([{ text: 'Be brief.' }, { cachePoint: { type: 'default' } }]);
    expect(calls[0]?.prompt.messages.at(-1)).toEqual({
      role: 'user',
      content: [{ toolResult: { toolUseId: 'u0', content: [{ text: 'nothing' }], status: 'error' } }],
    });
    expect(json()).toMatchObject({
      type: 'message',
      stop_reason: 'tool_use',
      content: [{ type: 'text' }, { type: 'tool_use', id: 'u1', name: 'search', input: { q: 'x' } }],
      usage: { input_tokens: 100, output_tokens: 20 },
    });
    expect(headers.get('x-spillway-request-id')).toBe(json().id);
  });

  it('streams as the SDK expects: each block begun and ended, usage at the end', async () => {
    const { post } = await gateway();
    const { text } = await post('/v1/messages', { ...body, stream: true }, TAGS);
    expect([...text.matchAll(/^event: (\S+)/gm)].map(([, event]) => event)).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    expect(text).toContain('"output_tokens":20');
  });

  it('refuses in the words of its SDK, untagged calls too', async () => {
    const { post } = await gateway();
    expect(await post('/v1/messages', body).then(({ status, json }) => [status, json().error.type])).toEqual([400, 'untagged']);
    expect((await post('/v1/messages', { ...body, model: 'claude-3.5' }, TAGS)).json().error.type).toBe('model_not_allowed');
    expect((await post('/v1/messages', { ...body, messages: 5 }, TAGS)).json()).toMatchObject({
      type: 'error',
      error: { type: 'request_malformed' },
    });
  });
});

describe('/v1/chat/completions', () => {
  const call = (id: string) => ({ id, type: 'function', function: { name: 'search', arguments: '{"q":"x"}' } });
  const body = {
    model: 'auto',
    max_completion_tokens: 50,
    tools: [{ type: 'function', function: { name: 'search', parameters: { type: 'object' } } }],
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'text', text: 'hi' }] },
      { role: 'assistant', content: null, tool_calls: [call('a'), call('b')] },
      { role: 'tool', tool_call_id: 'a', content: 'one' },
      { role: 'tool', tool_call_id: 'b', content: 'two' },
    ],
  };

  it('carries a conversation with tools there and back', async () => {
    const { post, calls } = await gateway({ answer: toolAnswer });
    const { status, json } = await post('/v1/chat/completions', body, TAGS);
    expect(status).toBe(200);
    expect(calls[0]?.prompt.system).toEqual([{ text: 'Be brief.' }]);
    expect(calls[0]?.prompt.messages.map(({ role, content }) => [role, content.length])).toEqual([
      ['user', 1],
      ['assistant', 2],
      ['user', 2],
    ]);
    const [choice] = json().choices;
    expect(choice).toMatchObject({
      finish_reason: 'tool_calls',
      message: { content: 'Let me look.', tool_calls: [{ id: 'u1', function: { arguments: '{"q":"x"}' } }] },
    });
    expect(json().usage).toMatchObject({ prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 });
  });

  it('streams chunks, the usage, and the end', async () => {
    const { post } = await gateway();
    const { text } = await post('/v1/chat/completions', { ...body, stream: true }, TAGS);
    expect(text).toMatch(/"content":"42"[\s\S]*"finish_reason":"stop"[\s\S]*"total_tokens":120[\s\S]*data: \[DONE\]\n\n$/);
  });

  it('refuses in the words of its SDK', async () => {
    const { post } = await gateway();
    expect((await post('/v1/chat/completions', body)).json()).toMatchObject({ error: { code: 'untagged', type: 'caller' } });
    expect((await post('/v1/chat/completions', { ...body, n: 2 }, TAGS)).json()).toMatchObject({ error: { code: 'request_malformed' } });
  });
});
