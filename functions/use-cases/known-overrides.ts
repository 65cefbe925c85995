import type { Override } from '../core/override/override.ts';
import type { OverrideReader } from '../ports/override-store.ts';

/** What one read of the overrides found. Whoever judges by it also remembers by it: it is a new object with every read. */
export type Known = { readonly overrides: readonly Override[]; readonly asOfMs: number };

type Reading = { readonly known: Promise<Known>; readonly asOfMs: number };

/** An order is obeyed within this time. */
const FRESH_MS = 2_000;

/**
 * The overrides as one environment knows them. Nobody is ever judged by knowledge older than 2 s: an environment that wakes up reads first. The
 * read goes beside the call's own store round, and calls at the same time share it.
 */
export class KnownOverrides {
  readonly #ports: { readonly overrideStore: OverrideReader; readonly now: () => number };
  #known: Known | undefined;
  #reading: Reading | undefined;

  constructor(ports: { readonly overrideStore: OverrideReader; readonly now: () => number }) {
    this.#ports = ports;
  }

  /** What is known without asking the store, if it was read within 2 s. */
  recent(): Known | undefined {
    return this.#known !== undefined && this.#isFresh(this.#known.asOfMs) ? this.#known : undefined;
  }

  /** The same, or what the store says now. Throws `store_unavailable`: orders that cannot be read are not taken for none. */
  async current(): Promise<Known> {
    const recent = this.recent();
    if (recent !== undefined) return recent;
    const reading = this.#reading;
    return (reading !== undefined && this.#isFresh(reading.asOfMs) ? reading : this.#read()).known;
  }

  #read(): Reading {
    const asOfMs = this.#ports.now();
    const known = this.#ports.overrideStore.all().then((overrides): Known => ({ overrides, asOfMs }));
    const reading: Reading = { known, asOfMs };
    this.#reading = reading;
    // A read that was too slow, and was overtaken by another, is forgotten.
    const done = (read?: Known) => {
      if (this.#reading !== reading) return;
      this.#reading = undefined;
      this.#known = read;
    };
    known.then(done, () => done());
    return reading;
  }

  /** A clock that was set back makes knowledge old, not young. */
  #isFresh(asOfMs: number): boolean {
    const ageMs = this.#ports.now() - asOfMs;
    return ageMs >= 0 && ageMs < FRESH_MS;
  }
}
