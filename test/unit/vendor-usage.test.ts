import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usageOf as bedrockUsage } from '../../functions/adapters/bedrock-wire.ts';
import { promptTokens } from '../../functions/core/usage.ts';
import { anthropicUsage, geminiUsage, openaiUsage, otelUsage } from '../../functions/core/vendor-usage.ts';

/** One and the same call as each vendor counts it: 1,000 plain, 8,000 read, 2,000 written (500 of them for an hour), 300 out, 120 of those thoughts. */
const CALL = { input: 1_000, cacheRead: 8_000, cacheWrite5m: 1_500, cacheWrite1h: 500, output: 300, reasoning: 120 };

describe('one call, as each vendor counts it, in our meters', () => {
  it('Bedrock: input excludes the cache; writes by time to live', () => {
    const cacheDetails = [
      { ttl: '1h', inputTokens: 500 },
      { ttl: '5m', inputTokens: 1_500 },
    ] as const;
    const usage = { inputTokens: 1_000, outputTokens: 300, totalTokens: 11_300, cacheReadInputTokens: 8_000, cacheWriteInputTokens: 2_000 };
    expect(bedrockUsage({ ...usage, cacheDetails: [...cacheDetails] })).toEqual({ ...CALL, reasoning: 0 });
    expect(bedrockUsage(usage)).toEqual({ ...CALL, cacheWrite5m: 2_000, cacheWrite1h: 0, reasoning: 0 });
  });

  it('Anthropic: input excludes the cache', () => {
    const cache_creation = { ephemeral_5m_input_tokens: 1_500, ephemeral_1h_input_tokens: 500 };
    const said = { input_tokens: 1_000, output_tokens: 300, cache_read_input_tokens: 8_000 };
    expect(anthropicUsage({ ...said, cache_creation_input_tokens: 2_000, cache_creation })).toEqual({ ...CALL, reasoning: 0 });
    expect(anthropicUsage({ ...said, cache_creation })).toEqual({ ...CALL, reasoning: 0 });
    expect(anthropicUsage({ ...said, cache_creation_input_tokens: 2_000, cache_creation: null })).toMatchObject({ cacheWrite5m: 2_000 });
    expect(anthropicUsage({ ...said, cache_read_input_tokens: null })).toMatchObject({ cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 });
  });

  it('OpenAI: the prompt includes the cache, the completion its reasoning', () => {
    const said = {
      prompt_tokens: 11_000,
      completion_tokens: 300,
      prompt_tokens_details: { cached_tokens: 8_000, cache_write_tokens: 2_000 },
      completion_tokens_details: { reasoning_tokens: 120 },
    };
    expect(openaiUsage(said)).toEqual({ ...CALL, cacheWrite5m: 2_000, cacheWrite1h: 0 });
    expect(openaiUsage({ prompt_tokens: 10, completion_tokens: 5, prompt_tokens_details: null })).toMatchObject({
      input: 10,
      cacheRead: 0,
    });
  });

  it('Gemini: the prompt includes the cache, thoughts come on top of the candidates', () => {
    const said = { promptTokenCount: 9_000, cachedContentTokenCount: 8_000, candidatesTokenCount: 180, thoughtsTokenCount: 120 };
    expect(geminiUsage(said)).toEqual({ ...CALL, cacheWrite5m: 0, cacheWrite1h: 0 });
    expect(geminiUsage({ ...said, toolUsePromptTokenCount: 40 })).toMatchObject({ input: 1_040 });
    expect(geminiUsage({ promptTokenCount: 50, thoughtsTokenCount: 120 })).toMatchObject({ output: 120, reasoning: 120 });
  });

  it('OpenTelemetry: input includes the cache', () => {
    const said = {
      'gen_ai.usage.input_tokens': 11_000,
      'gen_ai.usage.output_tokens': 300,
      'gen_ai.usage.cache_read.input_tokens': 8_000,
      'gen_ai.usage.cache_creation.input_tokens': 2_000,
      'gen_ai.usage.reasoning.output_tokens': 120,
    };
    expect(otelUsage(said)).toEqual({ ...CALL, cacheWrite5m: 2_000, cacheWrite1h: 0 });
  });
});

describe('usage that is not all there', () => {
  it('is unknown, and not zero', () => {
    expect(bedrockUsage(undefined)).toBeUndefined();
    expect(anthropicUsage({ input_tokens: 5 })).toBeUndefined();
    expect(openaiUsage({ completion_tokens: 5 })).toBeUndefined();
    expect(geminiUsage({ promptTokenCount: 5 })).toBeUndefined();
    expect(otelUsage({ 'gen_ai.usage.input_tokens': 5 })).toBeUndefined();
    expect([anthropicUsage(undefined), openaiUsage(undefined), geminiUsage(undefined), otelUsage(undefined)]).toEqual(
      Array.from({ length: 4 }),
    );
  });
});

describe('vendors whose input includes the cache', () => {
  const count = fc.nat(1_000_000);
  it('have as many prompt tokens in our meters as they say, however they divide them', () => {
    fc.assert(
      fc.property(count, count, count, count, (plain, cached_tokens, cache_write_tokens, completion_tokens) => {
        const prompt_tokens = plain + cached_tokens + cache_write_tokens;
        const usage = openaiUsage({ prompt_tokens, completion_tokens, prompt_tokens_details: { cached_tokens, cache_write_tokens } });
        const gemini = geminiUsage({
          promptTokenCount: plain + cached_tokens,
          cachedContentTokenCount: cached_tokens,
          candidatesTokenCount: 1,
        });
        return usage !== undefined && promptTokens(usage) === prompt_tokens && gemini?.input === plain;
      }),
    );
  });
});
