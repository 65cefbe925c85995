/** One call that the stand-in received: numbers and names only, never a word of the prompt. */
export type LoggedCall = {
  readonly atMs: number;
  readonly operation: string;
  /** As it was called: an id, or a profile's ARN. */
  readonly modelId: string;
  /** The foundation model behind it. */
  readonly model: string;
  readonly outcome: 'answered' | string;
  readonly maxTokens?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cacheReadInputTokens?: number;
  readonly cacheWriteInputTokens?: number;
  readonly cachePoints: number;
  readonly stopReason?: string;
  readonly latencyMs: number;
  readonly requestMetadata: Readonly<Record<string, string>>;
};

const KEPT = 1_000;

/** The latest calls, in a bounded list. */
export class CallLog {
  readonly #calls: LoggedCall[] = [];

  add(call: LoggedCall): void {
    this.#calls.push(call);
    if (this.#calls.length > KEPT) this.#calls.shift();
  }

  list(): readonly LoggedCall[] {
    return [...this.#calls];
  }
}
