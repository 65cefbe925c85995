import { describe, expect, it } from 'vitest';
import { familyOf } from '../../functions/core/reconcile/model-family.ts';
import { parseUsageType, unitExponentOf } from '../../functions/core/reconcile/usage-type.ts';

/** Names as they stand in bills and in AWS's price list, and the model each is. */
const SAME = [
  ['Claude4.5Haiku', 'us.anthropic.claude-haiku-4-5-20251001-v1:0'],
  ['ClaudeHaiku4.5', 'anthropic.claude-haiku-4-5-20251001-v1:0'],
  ['Claude Haiku 4.5 (Amazon Bedrock Edition)', 'global.anthropic.claude-haiku-4-5-20251001-v1:0'],
  ['Claude 4.6 Sonnet (Amazon Bedrock Edition)', 'eu.anthropic.claude-sonnet-4-6'],
  ['Claude4Sonnet', 'us.anthropic.claude-sonnet-4-20250514-v1:0'],
  ['Claude Opus 5.5 (Amazon Bedrock Edition)', 'anthropic.claude-opus-5-5'],
  ['anthropic.claude-opus-4-8', 'us.anthropic.claude-opus-4-8'],
  ['Claude 3.5 Sonnet v2 (Amazon Bedrock Edition)', 'anthropic.claude-3-5-sonnet-20241022-v2:0'],
  ['Nova2.0Lite', 'us.amazon.nova-2-lite-v1:0'],
  ['NovaLite', 'us.amazon.nova-lite-v1:0'],
  ['Nova Pro', 'amazon.nova-pro-v1:0'],
  ['Llama3-3-70B', 'us.meta.llama3-3-70b-instruct-v1:0'],
  ['Llama4-Maverick-17B', 'us.meta.llama4-maverick-17b-instruct-v1:0'],
  ['DeepSeek-R1', 'us.deepseek.r1-v1:0'],
  ['deepseek.v3.2', 'deepseek.v3.2'],
  ['gpt-oss-120b', 'openai.gpt-oss-120b-1:0'],
  ['openai.gpt-oss-20b', 'openai.gpt-oss-20b-1:0'],
  ['OpenAI GPT-5.6 Sol (Amazon Bedrock Edition)', 'openai.gpt-5.6-sol'],
  ['MistralLarge2407', 'mistral.mistral-large-2407-v1:0'],
  ['Ministral-3-14b-Instruct', 'mistral.ministral-3-14b-instruct'],
  ['Qwen3-32B', 'qwen.qwen3-32b-v1:0'],
  ['xai.grok-4.3', 'xai.grok-4.3'],
] as const;

const OTHERS = [
  ['NovaLite', 'amazon.nova-2-lite-v1:0'],
  ['Claude4.5Haiku', 'anthropic.claude-haiku-5-5'],
  ['Claude4.5Haiku', 'anthropic.claude-sonnet-4-5-20250929-v1:0'],
  ['Claude4Sonnet', 'anthropic.claude-sonnet-4-5-20250929-v1:0'],
  ['Llama3-2-1B', 'meta.llama3-2-11b-instruct-v1:0'],
  ['gpt-oss-120b', 'openai.gpt-oss-20b-1:0'],
  ['Guardrail', 'amazon.nova-lite-v1:0'],
] as const;

describe('a model’s name in a bill', () => {
  it.each(SAME)('%s is %s', (name, id) => {
    expect(familyOf(name)).toBe(familyOf(id));
  });

  it.each(OTHERS)('%s is not %s', (name, id) => {
    expect(familyOf(name)).not.toBe(familyOf(id));
  });

  it('is not taken apart when it is longer than any', () => {
    expect(familyOf(`${'a'.repeat(1e6)}:b`).length).toBeLessThanOrEqual(200);
  });
});

const USAGE_TYPES = [
  ['USE1-Claude4.5Haiku-input-tokens', 'Claude4.5Haiku', 'input', 'on_demand', 3],
  ['USE1-Claude4.5Haiku-output-tokens-cross-region-global', 'Claude4.5Haiku', 'output', 'on_demand', 3],
  ['USW2-Claude4.6Sonnet-cache-read-input-token-count', 'Claude4.6Sonnet', 'cacheRead', 'on_demand', 3],
  ['USW2-Claude4.5Sonnet-cache-write-input-token-count', 'Claude4.5Sonnet', 'cacheWrite5m', 'on_demand', 3],
  ['USW2-Claude4.5Sonnet-cache-write-1h-input-token-count', 'Claude4.5Sonnet', 'cacheWrite1h', 'on_demand', 3],
  ['EU-NovaLite-input-tokens-batch', 'NovaLite', 'input', 'batch', 3],
  ['USE1-Nova2.0Lite-input-tokens-cross-region-global-batch', 'Nova2.0Lite', 'input', 'batch', 3],
  ['USE1-Nova2.0Pro-text-input-tokens-priority-cross-region-global', 'Nova2.0Pro', 'input', 'priority', 3],
  ['USE1-Qwen3-32B-output-tokens-flex', 'Qwen3-32B', 'output', 'flex', 3],
  ['USE1-Claude3-5Haiku-input-tokens-latency-optimized', 'Claude3-5Haiku', 'input', 'latency_optimized', 3],
  ['GPT-OSS-Safeguard-20B-output-tokens', 'GPT-OSS-Safeguard-20B', 'output', 'on_demand', 3],
  ['USE1-anthropic.claude-opus-4-8-mantle-input-tokens-global-standard', 'anthropic.claude-opus-4-8', 'input', 'on_demand', 3],
  ['USE1-xai.grok-4.3-mantle-output-tokens-flex', 'xai.grok-4.3', 'output', 'flex', 3],
  ['USE1-MP:USE1_InputTokenCount-Units', '', 'input', 'on_demand', 6],
  ['USE1-MP:USE1_OutputTokenCount_Global-Units', '', 'output', 'on_demand', 6],
  ['USE1-MP:USE1_CacheReadInputTokenCount_Global-Units', '', 'cacheRead', 'on_demand', 6],
  ['EUC1-MP:EUC1_CacheWriteInputTokenCount-Units', '', 'cacheWrite5m', 'on_demand', 6],
  ['USE1-MP:USE1_CacheWrite1hInputTokenCount_Global-Units', '', 'cacheWrite1h', 'on_demand', 6],
  ['USE1-MP:USE1_InputTokenCount_Global_Batch-Units', '', 'input', 'batch', 6],
  ['USE1-MP:USE1_OutputTokenCount_LatencyOptimized-Units', '', 'output', 'latency_optimized', 6],
  ['APN1-MP:APN1_MillionBatchInputTokens-Units', '', 'input', 'batch', 6],
  ['USW2-MP:USW2_input_tokens_long_ctx_global_standard-Units', '', 'input', 'on_demand', 6],
  ['USW2-MP:USW2_output_tokens_standard-Units', '', 'output', 'on_demand', 6],
  ['USW2-MP:USW2_cache_read_tokens_standard-Units', '', 'cacheRead', 'on_demand', 6],
  ['USW2-MP:USW2_cache_write_tokens_1h_global_standard-Units', '', 'cacheWrite1h', 'on_demand', 6],
] as const;

describe('a usage type', () => {
  it.each(USAGE_TYPES)('%s counts tokens', (usageType, name, meter, mode, unitExponent) => {
    expect(parseUsageType(usageType)).toEqual({ name, meter, mode, unitExponent });
  });

  it.each([
    'USE1-Guardrail-ContentPolicyUnitsConsumed',
    'USE1-MP:USE1_Reserved_1Month_InputTPM_Geo-Units',
    'USE1-Nova2.0Lite-output-tokens-custom-model',
    'USE1-BoxUsage:m7i.large',
    'USE1-NovaCanvas-T2I-1024-Standard',
    '',
    `${'x-'.repeat(1e6)}input-tokens`,
  ])('%.60s counts none', (usageType) => {
    expect(parseUsageType(usageType)).toBeUndefined();
  });
});

describe('a unit of usage', () => {
  it.each([
    ['1K tokens', 3],
    ['1,000 tokens', 3],
    ['1M tokens', 6],
    ['1,000,000 Tokens', 6],
    ['Million tokens', 6],
    ['Tokens', 0],
    ['$0.0011 per 1K input tokens for Claude Haiku 4.5 in US East', 3],
    ['AWS Marketplace software usage|us-east-1|Million Input Tokens Regional CRIS', 6],
    ['Units', undefined],
    ['N/A', undefined],
    ['', undefined],
  ])('%s has 10^%s tokens', (words, exponent) => {
    expect(unitExponentOf(words)).toBe(exponent);
  });
});
