/** Failures in a row after which a model is left alone. */
const DOWN_AFTER = 4;
const COOL_DOWN_MS = 2_000;
const MOST_COOL_DOWN_MS = 60_000;

type Health = { readonly failures: number; readonly downUntilMs: number };

/**
 * What one environment has seen of each model lately: one that failed four times in a row is left alone for 2 s, doubled by each further failure up
 * to a minute, while another is configured. The first call after that finds out. Costs no I/O, and nobody else's opinion.
 */
export class ModelHealth {
  readonly #models = new Map<string, Health>();

  isDown(model: string, nowMs: number): boolean {
    return nowMs < (this.#models.get(model)?.downUntilMs ?? 0);
  }

  answered(model: string): void {
    this.#models.delete(model);
  }

  failed(model: string, nowMs: number): void {
    const failures = (this.#models.get(model)?.failures ?? 0) + 1;
    const coolDownMs = Math.min(MOST_COOL_DOWN_MS, COOL_DOWN_MS * 2 ** Math.max(0, failures - DOWN_AFTER));
    this.#models.set(model, { failures, downUntilMs: failures < DOWN_AFTER ? 0 : nowMs + coolDownMs });
  }
}
