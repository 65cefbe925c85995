import type { RouteAnswer } from '../core/wire/route.ts';

export type Claim =
  | { readonly kind: 'claimed' }
  /** The first call is still running (or died less than its deadline ago). */
  | { readonly kind: 'in_progress'; readonly retryAtMs: number }
  | { readonly kind: 'answered'; readonly answer: RouteAnswer };

/** One answer per (feature, key) for 24 hours. */
export type IdempotencyStore = {
  /** Idempotent by `requestId`: the same call may claim again. */
  claim(feature: string, key: string, call: { requestId: string; atMs: number; deadlineMs: number }): Promise<Claim>;
  /** Keeps the answer for repeats; its output only until `outputUntilMs`. Only for the call that holds the claim. */
  complete(feature: string, key: string, answer: RouteAnswer, kept: { outputUntilMs: number }): Promise<void>;
  /** Forgets a claim whose call was refused before any model was called. */
  release(feature: string, key: string, requestId: string): Promise<void>;
};
