import type { PicoUsd } from '../core/money.ts';

export type RecentCall = { readonly template: string; readonly fingerprint: string; readonly wantPico: PicoUsd; readonly atMs: number };

const WINDOW_MS = 600_000;
const MOST_CALLS = 200;
const MOST_FEATURES = 1_000;

/** The calls of each feature that one environment has seen in the last ten minutes, the last 200 of them: who spends, and whether it is ever the same. */
export class RecentCalls {
  readonly #seen = new Map<string, RecentCall[]>();
  readonly #told = new Map<string, number>();

  /** Notes the call, and answers all of its feature, itself the last. */
  note(feature: string, call: RecentCall): readonly RecentCall[] {
    const recent = (this.#seen.get(feature) ?? []).filter(({ atMs }) => atMs > call.atMs - WINDOW_MS).slice(1 - MOST_CALLS);
    recent.push(call);
    if (this.#seen.size >= MOST_FEATURES) this.#seen.clear();
    this.#seen.set(feature, recent);
    return recent;
  }

  /** Whether this environment has not yet told of it in that time. */
  isNews(what: string, atMs: number, forMs: number): boolean {
    if ((this.#told.get(what) ?? 0) > atMs) return false;
    this.#told.set(what, atMs + forMs);
    return true;
  }
}
