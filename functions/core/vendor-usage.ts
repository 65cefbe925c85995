import type { Usage } from './usage.ts';

/**
 * Each vendor's usage in our meters, where no token is counted twice. They differ in what their input and output include: Anthropic's input (as
 * Bedrock's) EXCLUDES cached tokens; OpenAI's, Gemini's and OpenTelemetry's INCLUDE them; Gemini bills thoughts beside its candidates, the others
 * within their output. Undefined where a vendor does not say what it used: the attempt is then assumed at its whole hold, never at zero.
 */
export type AnthropicUsage = {
  readonly input_tokens?: number;
  readonly output_tokens?: number;
  readonly cache_read_input_tokens?: number | null;
  readonly cache_creation_input_tokens?: number | null;
  readonly cache_creation?: { readonly ephemeral_5m_input_tokens?: number; readonly ephemeral_1h_input_tokens?: number } | null;
};

export function anthropicUsage(said: AnthropicUsage | undefined): Usage | undefined {
  if (said?.input_tokens === undefined || said.output_tokens === undefined) return undefined;
  const { ephemeral_5m_input_tokens: fiveMinutes = 0, ephemeral_1h_input_tokens: cacheWrite1h = 0 } = said.cache_creation ?? {};
  // The total covers both times to live; what no time is named for was written for five minutes.
  const written = said.cache_creation_input_tokens ?? fiveMinutes + cacheWrite1h;
  return {
    input: said.input_tokens,
    cacheRead: said.cache_read_input_tokens ?? 0,
    cacheWrite5m: Math.max(fiveMinutes, written - cacheWrite1h),
    cacheWrite1h,
    output: said.output_tokens,
    reasoning: 0,
  };
}

/** Chat completions. */
export type OpenaiUsage = {
  readonly prompt_tokens?: number;
  readonly completion_tokens?: number;
  readonly prompt_tokens_details?: { readonly cached_tokens?: number; readonly cache_write_tokens?: number } | null;
  readonly completion_tokens_details?: { readonly reasoning_tokens?: number } | null;
};

export function openaiUsage(said: OpenaiUsage | undefined): Usage | undefined {
  if (said?.prompt_tokens === undefined || said.completion_tokens === undefined) return undefined;
  const { cached_tokens: cacheRead = 0, cache_write_tokens: cacheWrite5m = 0 } = said.prompt_tokens_details ?? {};
  return {
    input: Math.max(0, said.prompt_tokens - cacheRead - cacheWrite5m),
    cacheRead,
    cacheWrite5m,
    cacheWrite1h: 0,
    output: said.completion_tokens,
    reasoning: said.completion_tokens_details?.reasoning_tokens ?? 0,
  };
}

export type GeminiUsage = {
  readonly promptTokenCount?: number;
  readonly cachedContentTokenCount?: number;
  /** Absent when nothing but thoughts came. */
  readonly candidatesTokenCount?: number;
  readonly thoughtsTokenCount?: number;
  /** Results of the vendor's own tools, billed as input and not part of the prompt's count. */
  readonly toolUsePromptTokenCount?: number;
};

export function geminiUsage(said: GeminiUsage | undefined): Usage | undefined {
  if (said?.promptTokenCount === undefined || (said.candidatesTokenCount ?? said.thoughtsTokenCount) === undefined) return undefined;
  const { cachedContentTokenCount: cacheRead = 0, thoughtsTokenCount: reasoning = 0 } = said;
  return {
    input: Math.max(0, said.promptTokenCount - cacheRead) + (said.toolUsePromptTokenCount ?? 0),
    cacheRead,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: (said.candidatesTokenCount ?? 0) + reasoning,
    reasoning,
  };
}

/** Attributes of an OpenTelemetry GenAI span (semantic conventions for generative AI, in development). */
export type OtelUsage = {
  readonly 'gen_ai.usage.input_tokens'?: number;
  readonly 'gen_ai.usage.output_tokens'?: number;
  readonly 'gen_ai.usage.cache_read.input_tokens'?: number;
  readonly 'gen_ai.usage.cache_creation.input_tokens'?: number;
  readonly 'gen_ai.usage.reasoning.output_tokens'?: number;
};

export function otelUsage(said: OtelUsage | undefined): Usage | undefined {
  const [input, output] = [said?.['gen_ai.usage.input_tokens'], said?.['gen_ai.usage.output_tokens']];
  if (input === undefined || output === undefined) return undefined;
  const [cacheRead, cacheWrite5m] = [
    said?.['gen_ai.usage.cache_read.input_tokens'] ?? 0,
    said?.['gen_ai.usage.cache_creation.input_tokens'] ?? 0,
  ];
  const reasoning = said?.['gen_ai.usage.reasoning.output_tokens'] ?? 0;
  return { input: Math.max(0, input - cacheRead - cacheWrite5m), cacheRead, cacheWrite5m, cacheWrite1h: 0, output, reasoning };
}
