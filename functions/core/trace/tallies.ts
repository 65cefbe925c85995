import type { LedgerEntry } from '../ledger.ts';
import type { PicoUsd } from '../money.ts';

/** What the entries under one key add up to. Corrections count no call. */
export type Tally = {
  readonly key: string;
  readonly calls: number;
  readonly costPico: PicoUsd;
  readonly firstMs: number;
  readonly lastMs: number;
};

/** Sums by key. Memory grows with the keys: bound the entries. */
export class Tallies {
  readonly #tallies = new Map<string, Tally>();

  add(key: string, { kind, costPico, admittedAtMs }: LedgerEntry): void {
    const known = this.#tallies.get(key) ?? { calls: 0, costPico: 0n, firstMs: admittedAtMs, lastMs: admittedAtMs };
    this.#tallies.set(key, {
      key,
      calls: known.calls + (kind === 'correction' ? 0 : 1),
      costPico: known.costPico + costPico,
      firstMs: Math.min(known.firstMs, admittedAtMs),
      lastMs: Math.max(known.lastMs, admittedAtMs),
    });
  }

  get size(): number {
    return this.#tallies.size;
  }

  /** The dearest first. */
  dearest(): Tally[] {
    return [...this.#tallies.values()].toSorted((a, b) =>
      a.costPico === b.costPico ? b.calls - a.calls : a.costPico < b.costPico ? 1 : -1,
    );
  }

  most(): Tally | undefined {
    return [...this.#tallies.values()].reduce<Tally | undefined>(
      (most, each) => (most !== undefined && most.calls >= each.calls ? most : each),
      undefined,
    );
  }
}
