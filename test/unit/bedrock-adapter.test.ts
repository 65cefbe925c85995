import type { ConverseStreamOutput } from '@aws-sdk/client-bedrock-runtime';
import { describe, expect, it } from 'vitest';
import { bedrockFailure } from '../../functions/adapters/bedrock-errors.ts';
import { StreamedMessage } from '../../functions/adapters/bedrock-stream.ts';
import { converseInput, decodeBytes, encodeBytes, usageOf } from '../../functions/adapters/bedrock-wire.ts';
import { modelSettings } from '../support/settings.ts';

const named = (name: string, over: object = {}) => Object.assign(new Error('provider says: "my prompt"'), { name }, over);

describe('a failure of the provider', () => {
  it.each([
    ['ThrottlingException', 'model_throttled', false],
    ['ServiceUnavailableException', 'model_unavailable', false],
    ['ValidationException', 'model_rejected_input', false],
    ['AccessDeniedException', 'model_access_denied', false],
    ['ModelTimeoutException', 'model_timeout', true],
    ['TimeoutError', 'model_timeout', true],
    ['ModelErrorException', 'model_unavailable', true],
    ['InternalServerException', 'model_unavailable', true],
    ['SomethingNewException', 'model_unavailable', true],
  ])('%s is %s; maybe billed: %s', (name, code, maybeBilled) => {
    const failure = bedrockFailure(named(name));
    expect([failure.code, failure.maybeBilled]).toEqual([code, maybeBilled]);
    expect(failure.publicMessage).not.toContain('my prompt');
  });

  it.each(['ValidationException', 'ModelErrorException', 'SomethingNewException', 'SyntaxError'])(
    '%s may quote the request: its name is kept, its message is not',
    (name) => {
      const { cause } = bedrockFailure(named(name, { $metadata: { httpStatusCode: 400 } }));
      expect([cause instanceof Error && cause.name, String(cause)]).toEqual([name, expect.not.stringContaining('my prompt')]);
    },
  );

  it('keeps what an operator needs where nothing is quoted', () => {
    const cause = Object.assign(new Error('You do not have access to the model'), { name: 'AccessDeniedException' });
    expect(bedrockFailure(cause).cause).toBe(cause);
  });

  it('before anything was sent was not billed; a connection that broke later may be', () => {
    expect(bedrockFailure(named('Error', { code: 'ECONNREFUSED' })).maybeBilled).toBe(false);
    expect(bedrockFailure(new AggregateError([named('Error', { code: 'ECONNREFUSED' })])).maybeBilled).toBe(false);
    expect(bedrockFailure(named('Error', { code: 'ECONNRESET' })).maybeBilled).toBe(true);
  });

  it('that is new, but the caller’s by its status, was not billed', () => {
    expect(bedrockFailure(named('NewException', { $metadata: { httpStatusCode: 400 } }))).toMatchObject({
      code: 'model_rejected_input',
      maybeBilled: false,
    });
    expect(bedrockFailure(named('NewException', { $metadata: { httpStatusCode: 502 } })).maybeBilled).toBe(true);
  });

  it('in the middle of an answer may always have been billed', () => {
    expect(bedrockFailure(named('ThrottlingException'), 12)).toMatchObject({ maybeBilled: true, seenOutputTokens: 12 });
  });
});

describe('a request to Bedrock', () => {
  const call = {
    model: modelSettings('m', 1, 5, { modelId: 'us.vendor.m-v1:0', rejectedParameters: ['temperature'] }),
    prompt: {
      messages: [{ role: 'user', content: [{ image: { format: 'png', source: { bytes: 'AQID' } } }] }],
      inferenceConfig: { temperature: 0.5, topP: 0.9, maxTokens: 9999 },
    },
    maxTokens: 100,
    metadata: { feature: 'f' },
    timeoutMs: 1_000,
  } as const;

  it('is bounded, without what the model refuses, and stamped', () => {
    const input = converseInput(call);
    expect(input).toMatchObject({
      modelId: 'us.vendor.m-v1:0',
      inferenceConfig: { maxTokens: 100, topP: 0.9 },
      requestMetadata: { feature: 'f' },
    });
    expect(input.inferenceConfig).not.toHaveProperty('temperature');
  });

  it('names the feature’s inference profile where there is one', () => {
    expect(converseInput({ ...call, profileArn: 'arn:aws:bedrock:us-east-1:1:application-inference-profile/x' }).modelId).toContain('arn:');
  });

  it('has bytes where Converse has bytes, and nowhere else', () => {
    expect(converseInput(call).messages?.[0]?.content?.[0]).toEqual({
      image: { format: 'png', source: { bytes: new Uint8Array([1, 2, 3]) } },
    });
    const tool = { toolUse: { input: { bytes: 'AQID' } } };
    expect(decodeBytes(tool)).toEqual(tool);
    expect(encodeBytes({ image: { source: { bytes: new Uint8Array([1, 2, 3]) } } })).toEqual({ image: { source: { bytes: 'AQID' } } });
  });
});

describe('usage from Bedrock', () => {
  it('splits cache writes by their time to live', () => {
    const usage = { inputTokens: 5, outputTokens: 7, totalTokens: 0, cacheReadInputTokens: 11, cacheWriteInputTokens: 100 };
    expect(
      usageOf({
        ...usage,
        cacheDetails: [
          { ttl: '1h', inputTokens: 60 },
          { ttl: '5m', inputTokens: 40 },
        ],
      }),
    ).toEqual({
      input: 5,
      cacheRead: 11,
      cacheWrite5m: 40,
      cacheWrite1h: 60,
      output: 7,
      reasoning: 0,
    });
    expect(usageOf(usage)).toMatchObject({ cacheWrite5m: 100, cacheWrite1h: 0 });
  });

  it('is unknown, not zero, when it is not said', () => {
    expect(usageOf(undefined)).toBeUndefined();
    expect(usageOf({ inputTokens: 5, outputTokens: undefined, totalTokens: undefined })).toBeUndefined();
  });
});

describe('a streamed message', () => {
  const put = (events: readonly ConverseStreamOutput[]) => {
    const streamed = new StreamedMessage();
    for (const event of events) streamed.take(event);
    return streamed;
  };

  it('is put together from its pieces, in the order of its blocks', () => {
    const streamed = put([
      { messageStart: { role: 'assistant' } },
      { contentBlockDelta: { contentBlockIndex: 0, delta: { reasoningContent: { text: 'hm' } } } },
      { contentBlockDelta: { contentBlockIndex: 0, delta: { reasoningContent: { signature: 's' } } } },
      { contentBlockDelta: { contentBlockIndex: 1, delta: { text: 'Let me ' } } },
      { contentBlockStart: { contentBlockIndex: 2, start: { toolUse: { toolUseId: 't', name: 'search' } } } },
      { contentBlockDelta: { contentBlockIndex: 2, delta: { toolUse: { input: '{"q":' } } } },
      { contentBlockDelta: { contentBlockIndex: 1, delta: { text: 'look.' } } },
      { contentBlockDelta: { contentBlockIndex: 2, delta: { toolUse: { input: '"x"}' } } } },
      { messageStop: { stopReason: 'tool_use' } },
      { metadata: { usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 }, metrics: { latencyMs: 1 } } },
    ]);
    expect(streamed.message().content).toEqual([
      { reasoningContent: { reasoningText: { text: 'hm', signature: 's' } } },
      { text: 'Let me look.' },
      { toolUse: { toolUseId: 't', name: 'search', input: { q: 'x' } } },
    ]);
    expect([streamed.stopReason, streamed.metadata?.usage?.outputTokens]).toEqual(['tool_use', 2]);
  });

  it('keeps a tool call without arguments, and one that broke off', () => {
    const start = { contentBlockStart: { contentBlockIndex: 0, start: { toolUse: { toolUseId: 't', name: 'now' } } } };
    expect(put([start]).message().content).toEqual([{ toolUse: { toolUseId: 't', name: 'now', input: {} } }]);
    const broken = { contentBlockDelta: { contentBlockIndex: 0, delta: { toolUse: { input: '{"q"' } } } };
    expect(put([start, broken]).message().content).toEqual([{ toolUse: { toolUseId: 't', name: 'now', input: '{"q"' } }]);
  });
});
