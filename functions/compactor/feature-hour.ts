import type { LedgerEntry } from '../core/ledger.ts';
import type { PicoUsd } from '../core/money.ts';
import { EMPTY_PROFILE, type RunSize, withHour } from '../core/runaway/spend-profile.ts';
import type { CompactorPorts } from './run.ts';

/** Runs of one hour that are told apart: memory is bounded, and p99 needs no more. */
const MOST_RUNS = 50_000;

/** What one feature's entries of one hour come to, folded as they go by. Batch jobs count for the day alone: they run away in no loop. */
export class FeatureHour {
  readonly feature: string;
  readonly #hour: string;
  readonly #runs = new Map<string, RunSize>();
  #costPico: PicoUsd = 0n;
  #allPico: PicoUsd = 0n;

  constructor({ feature, hour }: LedgerEntry) {
    this.feature = feature;
    this.#hour = hour;
  }

  add({ mode, kind, attempt, run, costPico, holdPico }: LedgerEntry): void {
    this.#allPico += costPico;
    if (mode === 'batch') return;
    this.#costPico += costPico;
    if (kind === 'correction') return;
    if (run === undefined || (this.#runs.size >= MOST_RUNS && !this.#runs.has(run))) return;
    const { calls, heldPico } = this.#runs.get(run) ?? { calls: 0, heldPico: 0n };
    this.#runs.set(run, { calls: calls + (attempt === 1 ? 1 : 0), heldPico: heldPico + holdPico });
  }

  /** Puts the profile that now knows this hour. */
  async store({ profiles }: Pick<CompactorPorts, 'profiles'>): Promise<void> {
    const known = (await profiles.readSpend(this.feature)) ?? EMPTY_PROFILE;
    const next = withHour(known, { hour: this.#hour, costPico: this.#costPico, allPico: this.#allPico, runs: this.#runs });
    if (next !== known) await profiles.putSpend(this.feature, next);
  }
}
