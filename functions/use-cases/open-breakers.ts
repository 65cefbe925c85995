import type { Refusal } from '../core/errors.ts';

const MEMORY_MS = 2_000;
const MOST = 1_000;

/**
 * Breakers seen open, remembered by one environment until their retry time or 2 s, whichever comes first: a loop against an open breaker
 * costs no store call, and a person's reset is seen within 2 s.
 */
export class OpenBreakers {
  readonly #seen = new Map<string, { readonly refusal: Refusal; readonly untilMs: number }>();

  remember(scope: string, refusal: Refusal, nowMs: number): void {
    if (this.#seen.size >= MOST) this.#seen.clear();
    this.#seen.set(scope, { refusal, untilMs: Math.min(refusal.retryAtMs ?? Number.POSITIVE_INFINITY, nowMs + MEMORY_MS) });
  }

  recall(scope: string, nowMs: number): Refusal | undefined {
    const seen = this.#seen.get(scope);
    if (seen === undefined || nowMs < seen.untilMs) return seen?.refusal;
    this.#seen.delete(scope);
    return undefined;
  }
}
