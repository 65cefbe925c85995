import type { ServiceTier } from '../service-tier.ts';

/** Bedrock Converse shapes as they travel in JSON: bytes are base64 strings. Only what Spillway looks at is named; the rest passes through. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export type ToolUse = { readonly toolUseId: string; readonly name: string; readonly input: Json };
export type ToolResult = {
  readonly toolUseId: string;
  readonly content: readonly { readonly [key: string]: Json }[];
  readonly status?: 'success' | 'error';
};
export type ContentBlock = {
  readonly text?: string;
  readonly toolUse?: ToolUse;
  readonly toolResult?: ToolResult;
  readonly cachePoint?: { readonly type: 'default'; readonly ttl?: '5m' | '1h' };
  readonly [other: string]: unknown;
};
export type Message = { readonly role: 'user' | 'assistant' | 'system'; readonly content: readonly ContentBlock[] };

export type InferenceConfig = {
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly stopSequences?: readonly string[];
};

export type Tool = {
  readonly toolSpec?: { readonly name: string; readonly description?: string; readonly inputSchema: { readonly json: Json } };
  readonly cachePoint?: { readonly type: 'default'; readonly ttl?: '5m' | '1h' };
  readonly [other: string]: unknown;
};
export type ToolConfig = { readonly tools: readonly Tool[]; readonly toolChoice?: { readonly [key: string]: Json } };

/** The model's part of a request: what is sent on, whichever way it came in. */
export type Prompt = {
  readonly messages: readonly Message[];
  readonly system?: readonly ContentBlock[];
  readonly inferenceConfig?: InferenceConfig;
  readonly toolConfig?: ToolConfig;
  readonly outputConfig?: { readonly [key: string]: Json };
  readonly serviceTier?: { readonly type: ServiceTier };
};
