import type { Prompt } from '../../functions/core/wire/converse.ts';

/** One request of a trace: when, what, and how long the answer was. */
export type ReplayCall = {
  /** From the trace's beginning; 0 where the file tells no times. */
  readonly atMs: number;
  readonly prompt: Prompt;
  readonly outputTokens: number;
  /** Calls of one affinity go to the same feature and template: a conversation keeps its owner, and its cache. */
  readonly affinity: string;
  /** The agent's run, where the file names one. */
  readonly run?: string;
};

/** Calls that must follow one another: the turns of one conversation; of a request trace, each call alone. Built when their turn comes. */
export type Lane = { readonly atMs: number; readonly count: number; readonly calls: () => readonly ReplayCall[] };

/** How the stand-in is told what the recorded model did: stop sequences change neither tokens nor the conversation. */
export const directed = (prompt: Prompt, ...directives: readonly string[]): Prompt => ({
  ...prompt,
  inferenceConfig: { ...prompt.inferenceConfig, stopSequences: directives },
});
