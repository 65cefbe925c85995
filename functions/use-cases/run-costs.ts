import { featureOf } from '../core/gate-tree.ts';
import type { PicoUsd } from '../core/money.ts';
import type { HeldMoney } from './hold-money.ts';

/** Runs that one environment remembers; of the longest unheard of, holds stay counted whole. */
const MOST = 1_000;

/**
 * What this environment knows of the cost of runs and their items do not yet: it goes along with the run's next call, in the write that is made
 * anyway. So an item says more than was spent, by holds that are not told of; less only by second attempts, until the next call tells of them.
 */
export class RunCosts {
  readonly #untold = new Map<string, PicoUsd>();

  /** An amount more, or less when negative. */
  add(feature: string, run: string | undefined, amountPico: PicoUsd): void {
    if (run === undefined || amountPico === 0n) return;
    const key = `${feature}/${run}`;
    const sum = (this.#untold.get(key) ?? 0n) + amountPico;
    this.#untold.delete(key);
    if (sum !== 0n) this.#untold.set(key, sum);
    const [oldest] = this.#untold.keys();
    if (this.#untold.size > MOST && oldest !== undefined) this.#untold.delete(oldest);
  }

  ofHold({ leaf, hold }: HeldMoney, amountPico: PicoUsd): void {
    this.add(featureOf(leaf) ?? '', hold.run, amountPico);
  }

  /** What is untold of the run, which the caller now tells; if it cannot, it adds it again. */
  take(feature: string, run: string): PicoUsd {
    const key = `${feature}/${run}`;
    const sum = this.#untold.get(key) ?? 0n;
    this.#untold.delete(key);
    return sum;
  }
}
