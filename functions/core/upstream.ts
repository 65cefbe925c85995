import type { Arm } from './ledger.ts';
import type { RouteSettings } from './settings.ts';

/**
 * What a failed attempt leaves to try. `transient`: nothing was billed, and the same model may answer in a moment (throttled, unavailable).
 * `elsewhere`: not this model again (access denied, retired, or billed without an answer). `final`: no model would do better (the input was
 * refused), or part of the answer is with the caller already.
 */
export type Failure = 'transient' | 'elsewhere' | 'final';
export type Try = { readonly model: string; readonly failure: Failure };
export type NextTry = { readonly model: string; readonly afterMs: number };

/** Attempts of one tier for one request, at most: the gateway must never be the runaway (Law 5). */
const MOST_TRIES = 5;
/** Of one model: fewer where another is configured. */
const TRIES_ALONE = 3;
const TRIES_BESIDE = 2;
const BACK_OFF_MS = 200;
const MOST_BACK_OFF_MS = 2_000;
/** A call is not begun with less time than this. */
const LEAST_CALL_MS = 2_000;

/** The tier's model and its alternatives, in the order of asking. */
export function modelsFor(model: string, arm: Arm, { fallback }: RouteSettings): readonly string[] {
  return [...new Set([model, ...(fallback?.[arm] ?? [])])];
}

/** Whom to ask after these tries, and when; undefined: give up. `random` in [0, 1): full jitter, so that callers do not come back together. */
export function nextTry(
  tries: readonly Try[],
  models: readonly string[],
  { leftMs, random, isDown }: { leftMs: number; random: number; isDown: (model: string) => boolean },
): NextTry | undefined {
  const last = tries.at(-1);
  if (last === undefined || last.failure === 'final' || tries.length >= MOST_TRIES) return undefined;
  const ofLast = tries.filter(({ model }) => model === last.model).length;
  const most = models.length > 1 ? TRIES_BESIDE : TRIES_ALONE;
  if (last.failure === 'transient' && ofLast < most && !isDown(last.model)) {
    const afterMs = Math.floor(random * Math.min(MOST_BACK_OFF_MS, BACK_OFF_MS * 2 ** ofLast));
    return leftMs - afterMs < LEAST_CALL_MS ? undefined : { model: last.model, afterMs };
  }
  const untried = models.filter((model) => tries.every((tried) => tried.model !== model));
  const model = untried.find((each) => !isDown(each)) ?? untried[0];
  return model === undefined || leftMs < LEAST_CALL_MS ? undefined : { model, afterMs: 0 };
}
