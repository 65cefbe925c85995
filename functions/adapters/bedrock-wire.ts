import type { ConverseCommandInput, ConverseCommandOutput, TokenUsage } from '@aws-sdk/client-bedrock-runtime';
import type { Usage } from '../core/usage.ts';
import type { ModelCall } from '../ports/model-client.ts';

/** What goes to Bedrock: bytes decoded, output bounded, parameters left out that the model refuses. */
export function converseInput(call: ModelCall): ConverseCommandInput {
  const { messages, system, toolConfig, outputConfig, serviceTier } = call.prompt;
  const inference = { ...call.prompt.inferenceConfig, maxTokens: call.maxTokens };
  const accepted = Object.entries(inference).filter(([name]) => name === 'maxTokens' || !call.model.rejectedParameters.includes(name));
  const input: unknown = {
    modelId: call.profileArn ?? call.model.calledAs ?? call.model.modelId,
    messages: messages.map(({ role, content }) => ({ role, content: content.map(decodeBytes) })),
    ...(system === undefined || system.length === 0 ? {} : { system: system.map(decodeBytes) }),
    inferenceConfig: Object.fromEntries(accepted),
    ...(toolConfig === undefined ? {} : { toolConfig }),
    ...(outputConfig === undefined ? {} : { outputConfig }),
    ...(serviceTier === undefined ? {} : { serviceTier }),
    requestMetadata: call.metadata,
  };
  if (!isConverseInput(input)) throw new RangeError('a prompt without messages');
  return input;
}

/** Our shapes are Bedrock's own, read from JSON and checked at the boundary; the SDK's unions cannot be built up from JSON type by type. */
const isConverseInput = (input: unknown): input is ConverseCommandInput =>
  typeof input === 'object' && input !== null && 'messages' in input;

/** JSON that belongs to the caller, in which `bytes` is a word like any other. */
const OPAQUE = new Set(['toolUse', 'json', 'text']);
const BINARY = new Set(['bytes', 'redactedContent']);

/** Base64 strings become bytes where Converse has bytes: images, documents, redacted reasoning. */
export function decodeBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decodeBytes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]): [string, unknown] => {
      if (OPAQUE.has(key)) return [key, field];
      return [key, BINARY.has(key) && typeof field === 'string' ? new Uint8Array(Buffer.from(field, 'base64')) : decodeBytes(field)];
    }),
  );
}

/** And back: what leaves Spillway is JSON. */
export function encodeBytes(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(encodeBytes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, field]): [string, unknown][] => (field === undefined ? [] : [[key, encodeBytes(field)]])),
  );
}

/** Bedrock's usage in our meters; its `inputTokens` excludes cached tokens, as ours does. Undefined when it is not all there. */
export function usageOf(usage: TokenUsage | undefined): Usage | undefined {
  if (usage?.inputTokens === undefined || usage.outputTokens === undefined) return undefined;
  const written = usage.cacheWriteInputTokens ?? 0;
  const oneHour = (usage.cacheDetails ?? []).reduce((sum, { ttl, inputTokens }) => sum + (ttl === '1h' ? (inputTokens ?? 0) : 0), 0);
  return {
    input: usage.inputTokens,
    cacheRead: usage.cacheReadInputTokens ?? 0,
    cacheWrite5m: Math.max(0, written - oneHour),
    cacheWrite1h: oneHour,
    output: usage.outputTokens,
    reasoning: 0,
  };
}

/** What the answer says of how it was made: the service tier that is billed, and the model behind a prompt router. */
export function servedBy({ serviceTier, trace }: Pick<ConverseCommandOutput, 'serviceTier' | 'trace'>) {
  const answeredBy = trace?.promptRouter?.invokedModelId;
  return {
    ...(serviceTier?.type === undefined ? {} : { serviceTier: serviceTier.type }),
    ...(answeredBy === undefined ? {} : { answeredBy }),
  };
}
