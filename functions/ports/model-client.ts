import type { ModelSettings } from '../core/settings.ts';
import type { Usage } from '../core/usage.ts';
import type { Message, Prompt } from '../core/wire/converse.ts';

export type ModelCall = {
  readonly model: ModelSettings;
  /** What to name to the provider instead of the model id: the feature's application inference profile, where there is one. */
  readonly profileArn?: string;
  readonly prompt: Prompt;
  readonly maxTokens: number;
  /** Attribution stamped on the provider's own records: at most 16 short strings, never prompt text. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
};

export type ModelAnswer = {
  readonly message: Message;
  readonly stopReason: string;
  /** Undefined when the provider never said: the attempt is then assumed at its whole hold. */
  readonly usage: Usage | undefined;
  /** The service tier that the answer names: what is billed. Undefined: the default. */
  readonly serviceTier?: string;
  /** The version that answered, where the provider names one. */
  readonly answeredBy?: string;
  readonly latencyMs: number;
};

/** One piece of a streamed answer, in Converse stream shape; the whole answer is the generator's return value. */
export type ModelEvent = { readonly [kind: string]: unknown };

/** Calls a pinned model once: no retries of its own. Throws SpillwayError `model_*`. */
export type ModelClient = {
  converse(call: ModelCall): Promise<ModelAnswer>;
  converseStream(call: ModelCall): AsyncGenerator<ModelEvent, ModelAnswer>;
};
