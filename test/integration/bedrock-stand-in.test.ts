import {
  AccessDeniedException,
  type ConverseCommandInput,
  ConverseStreamCommand,
  CountTokensCommand,
  ModelTimeoutException,
  ServiceUnavailableException,
  ThrottlingException,
  ValidationException,
} from '@aws-sdk/client-bedrock-runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BedrockWorld, bedrockWorld, HAIKU, LLAMA, PROFILE, SONNET, user } from '../support/bedrock-world.ts';

let world: BedrockWorld;
let standIn: BedrockWorld['standIn'];
let runtime: BedrockWorld['runtime'];
beforeAll(async () => {
  world = await bedrockWorld();
  ({ standIn, runtime } = world);
});
afterAll(() => world.stop());
beforeEach(() => {
  standIn.setBehaviour({});
});
const converse: BedrockWorld['converse'] = (input) => world.converse(input);
/** Exactly this many tokens, told apart by `name`. */
const words = (tokens: number, name: string): string => name.padEnd(tokens * 4, ' lorem ipsum').slice(0, tokens * 4);

describe('the model stand-in over the default HTTP/2 client', () => {
  it('answers the same request the same, with the tokens that were asked for', async () => {
    const ask = () => converse({ messages: user('[[out=350]] status?'), inferenceConfig: { maxTokens: 500 } });
    const [first, second] = [await ask(), await ask()];
    expect(first.output).toEqual(second.output);
    expect(first.usage).toMatchObject({ inputTokens: 3 + 5, outputTokens: 350, totalTokens: 358 });
    expect(first.stopReason).toBe('end_turn');
  });

  it('cuts at maxTokens and says so', async () => {
    const answer = await converse({ messages: user('[[out=350]]'), inferenceConfig: { maxTokens: 100 } });
    expect(answer).toMatchObject({ stopReason: 'max_tokens', usage: { outputTokens: 100 } });
  });

  it('takes directives from stop sequences, which change no token', async () => {
    const answer = await converse({ inferenceConfig: { maxTokens: 50, stopSequences: ['[[json={"list":[[1,2]]}]]'] } });
    expect(answer.output?.message?.content).toEqual([{ text: '{"list":[[1,2]]}' }]);
    expect(answer.usage?.inputTokens).toBe(3 + 2);
  });

  it('fails on the named model only', async () => {
    const ask = (modelId: string) => converse({ modelId, messages: user('[[fail-on=haiku]] [[json={"a":1}]]') });
    expect((await ask(HAIKU)).output?.message?.content?.[0]?.text).toBe('{"unfinished": ');
    expect((await ask(SONNET)).output?.message?.content?.[0]?.text).toBe('{"a":1}');
  });

  it('calls the tool that a directive names, and the one that the request forces', async () => {
    const json = { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } }, required: ['city'] };
    const toolConfig = { tools: [{ toolSpec: { name: 'weather', inputSchema: { json } } }] };
    const told = await converse({ toolConfig, messages: user('[[tool=weather:{"city":"Bonn"}]]') });
    expect(told).toMatchObject({ stopReason: 'tool_use' });
    expect(told.output?.message?.content?.[0]?.toolUse).toMatchObject({ name: 'weather', input: { city: 'Bonn' } });
    const forced = await converse({ toolConfig: { ...toolConfig, toolChoice: { any: {} } } });
    expect(forced.output?.message?.content?.[0]?.toolUse?.input).toEqual({ city: 'example', days: 1 });
  });

  it('finds the model behind an application inference profile', async () => {
    await converse({ modelId: PROFILE, requestMetadata: { feature: 'f' } });
    expect(standIn.calls().at(-1)).toMatchObject({
      modelId: PROFILE,
      model: 'anthropic.claude-haiku-4-5-20251001-v1:0',
      requestMetadata: { feature: 'f' },
    });
  });

  it('counts the tokens that Converse then bills', async () => {
    const input = { system: [{ text: words(300, 'count') }], messages: user('how many?') };
    const counted = await runtime.send(new CountTokensCommand({ modelId: HAIKU, input: { converse: input } }));
    expect(counted.inputTokens).toBe((await converse(input)).usage?.inputTokens);
  });

  it('keeps no word of a prompt in its log', async () => {
    await converse({ messages: user('a very secret word') });
    expect(JSON.stringify(standIn.calls())).not.toContain('secret');
  });
});

describe('a cache point', () => {
  const prompt = (name: string, tokens: number, ttl?: '5m' | '1h'): Partial<ConverseCommandInput> => ({
    modelId: SONNET,
    system: [{ text: words(tokens, name) }, { cachePoint: { type: 'default', ...(ttl ? { ttl } : {}) } }],
    messages: user('and now?'),
  });
  const usage = async (input: Partial<ConverseCommandInput>) => (await converse(input)).usage;

  it('writes the prefix once, reads it while it lives, and writes it again when it has expired', async () => {
    const request = prompt('five minutes', 2_000);
    expect(await usage(request)).toMatchObject({
      inputTokens: 5,
      cacheWriteInputTokens: 2_000,
      cacheReadInputTokens: 0,
      cacheDetails: [{ ttl: '5m', inputTokens: 2_000 }],
    });
    world.clock.advance(299_000);
    expect(await usage(request)).toMatchObject({ inputTokens: 5, cacheWriteInputTokens: 0, cacheReadInputTokens: 2_000 });
    world.clock.advance(299_000); // Alive only because the hit above started its time again.
    expect(await usage(request)).toMatchObject({ cacheReadInputTokens: 2_000 });
    world.clock.advance(301_000);
    expect(await usage(request)).toMatchObject({ cacheWriteInputTokens: 2_000, cacheReadInputTokens: 0 });
  });

  it('lives an hour when it says so', async () => {
    const request = prompt('one hour', 2_000, '1h');
    expect((await usage(request))?.cacheDetails).toEqual([{ ttl: '1h', inputTokens: 2_000 }]);
    world.clock.advance(3_500_000);
    expect(await usage(request)).toMatchObject({ cacheReadInputTokens: 2_000 });
  });

  it('does nothing below the minimum of the model', async () => {
    expect(await usage(prompt('short', 1_023))).toMatchObject({ inputTokens: 1_028, cacheWriteInputTokens: 0 });
    expect(await usage({ ...prompt('short for haiku', 4_095), modelId: HAIKU })).toMatchObject({ cacheWriteInputTokens: 0 });
  });

  it('reads nothing when a word of the prefix, the tools, or the model differs', async () => {
    await usage(prompt('exact prefix A', 2_000));
    expect(await usage(prompt('exact prefix B', 2_000))).toMatchObject({ cacheReadInputTokens: 0 });
    expect(await usage({ ...prompt('exact prefix A', 2_000), modelId: 'us.anthropic.claude-sonnet-4-6' })).toMatchObject({
      cacheReadInputTokens: 0,
    });
    const toolConfig = { tools: [{ toolSpec: { name: 'a', inputSchema: { json: {} } } }] };
    expect(await usage({ ...prompt('exact prefix A', 2_000), toolConfig })).toMatchObject({ cacheReadInputTokens: 0 });
  });

  it('of a grown conversation reads the older prefix and writes the rest', async () => {
    const point = { cachePoint: { type: 'default' as const } };
    const first = { role: 'user' as const, content: [{ text: words(1_500, 'turn one') }] };
    const reply = { role: 'assistant' as const, content: [{ text: words(200, 'reply') }] };
    await usage({ modelId: SONNET, messages: [{ ...first, content: [...first.content, point] }] });
    const grown = await usage({
      modelId: SONNET,
      messages: [first, reply, { role: 'user', content: [{ text: words(100, 'turn two') }, point] }],
    });
    expect(grown).toMatchObject({ cacheReadInputTokens: 1_503, cacheWriteInputTokens: 203 + 103, inputTokens: 0 });
  });

  it('is refused by a model without prompt caching', async () => {
    await expect(converse({ ...prompt('llama', 2_000), modelId: LLAMA })).rejects.toBeInstanceOf(AccessDeniedException);
  });
});

describe('a stream', () => {
  const stream = async (text: string) => {
    const input = { modelId: HAIKU, messages: user(text) };
    const seen: string[] = [];
    let said = '';
    let usage: unknown;
    for await (const event of (await runtime.send(new ConverseStreamCommand(input))).stream ?? []) {
      seen.push(Object.keys(event).join());
      said += event.contentBlockDelta?.delta?.text ?? '';
      usage = event.metadata?.usage ?? usage;
    }
    return { seen, said, usage };
  };

  it('says the same words and usage as the whole answer, usage last', async () => {
    const text = '[[out=200]] stream it';
    const whole = await converse({ messages: user(text) });
    const { seen, said, usage } = await stream(text);
    expect(said).toBe(whole.output?.message?.content?.[0]?.text);
    expect(usage).toEqual(whole.usage);
    expect([seen[0], seen.at(-2), seen.at(-1)]).toEqual(['messageStart', 'messageStop', 'metadata']);
  });

  it('breaks off in the middle when told to disconnect, without usage', async () => {
    standIn.setBehaviour({ error: 'disconnect' });
    await expect(stream('[[out=200]] breaks off')).rejects.toThrow();
    expect(standIn.calls().at(-1)).toMatchObject({ operation: 'ConverseStream', outcome: 'disconnect' });
  });
});

describe('a fault that was asked for', () => {
  it.each([
    ['ThrottlingException', ThrottlingException],
    ['ServiceUnavailableException', ServiceUnavailableException],
    ['ModelTimeoutException', ModelTimeoutException],
    ['ValidationException', ValidationException],
    ['AccessDeniedException', AccessDeniedException],
  ])('is the typed %s', async (error, type) => {
    standIn.setBehaviour({ error });
    await expect(converse({ requestMetadata: { feature: 'f' } })).rejects.toBeInstanceOf(type);
    expect(standIn.calls().at(-1)).toMatchObject({ outcome: error, requestMetadata: { feature: 'f' } });
  });

  it('can be a broken connection, for HTTP/2 and for HTTP/1.1 clients', async () => {
    standIn.setBehaviour({ error: 'disconnect' });
    const body = JSON.stringify({ messages: user('over HTTP/1.1') });
    const http1 = () => fetch(`${world.server.url}/model/${HAIKU}/converse`, { method: 'POST', body });
    await expect(converse({})).rejects.toThrow();
    await expect(http1()).rejects.toThrow();
    standIn.setBehaviour({});
    expect(await (await http1()).json()).toMatchObject({ stopReason: 'end_turn' });
  });

  it('hits the share of calls and the model that were named', async () => {
    standIn.setBehaviour({ error: 'ThrottlingException', errorRate: 0.5, model: 'haiku', latencyMs: 0 });
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => converse({})));
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(5);
    expect((await converse({ modelId: SONNET })).stopReason).toBe('end_turn');
  });

  it('is refused when it is not one of the known', () => {
    expect(() => standIn.setBehaviour({ error: 'Tornado' })).toThrow(/error/);
    expect(() => standIn.setBehaviour({ latency: 3 })).toThrow(/latency/);
  });
});

describe('a request that Bedrock refuses', () => {
  it.each([
    ['an unknown model', { modelId: 'us.acme.gpt-9' }, /identifier is invalid/],
    ['a model that needs a profile', { modelId: HAIKU.slice(3) }, /on-demand throughput/],
    ['a conversation that begins with the assistant', { messages: [{ role: 'assistant', content: [{ text: 'x' }] }] }, /start with a user/],
    ['a blank text', { messages: user(' ') }, /blank/],
    ['more output than the model has', { inferenceConfig: { maxTokens: 1_000_000 } }, /model limit/],
    ['an input beyond the context', { messages: user(words(210_000, 'long')) }, /too long/],
  ] satisfies [string, Partial<ConverseCommandInput>, RegExp][])('%s', async (_, input, message) => {
    const failure = converse(input);
    await expect(failure).rejects.toBeInstanceOf(ValidationException);
    await expect(failure).rejects.toThrow(message);
  });

  it('a model without access', async () => {
    await expect(converse({ modelId: 'us.anthropic.claude-opus-4-6' })).rejects.toBeInstanceOf(AccessDeniedException);
  });
});
