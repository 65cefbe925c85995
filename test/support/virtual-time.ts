/** Time that passes only while everybody sleeps: a thousand environments at once, each with its own delays, in one thread and the same every time. */
export class VirtualTime {
  nowMs: number;
  /** A heap by time, and by order among equals. */
  readonly #sleepers: { readonly atMs: number; readonly order: number; readonly wake: () => void }[] = [];
  #order = 0;

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.#push({ atMs: this.nowMs + Math.max(1, Math.round(ms)), order: this.#order++, wake }));
  }

  /** Until all of this is done. RangeError when nobody is left to wake up. */
  async run(work: readonly Promise<unknown>[]): Promise<void> {
    let done = false;
    const all = Promise.all(work).finally(() => {
      done = true;
    });
    while (!done) {
      // Everybody who is awake goes on until he sleeps.
      await new Promise((resolve) => setImmediate(resolve));
      const next = done ? undefined : this.#pop();
      if (next === undefined) break;
      this.nowMs = next.atMs;
      next.wake();
    }
    if (!done) throw new RangeError('somebody waits for nothing');
    await all;
  }

  #before(a: number, b: number): boolean {
    const [one, other] = [this.#sleepers[a], this.#sleepers[b]];
    if (one === undefined || other === undefined) return other === undefined;
    return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#sleepers[a], this.#sleepers[b]];
    if (one === undefined || other === undefined) return;
    this.#sleepers[a] = other;
    this.#sleepers[b] = one;
  }

  #push(sleeper: { atMs: number; order: number; wake: () => void }): void {
    let at = this.#sleepers.push(sleeper) - 1;
    for (let parent = (at - 1) >> 1; at > 0 && this.#before(at, parent); parent = (at - 1) >> 1) {
      this.#swap(at, parent);
      at = parent;
    }
  }

  #pop() {
    this.#swap(0, this.#sleepers.length - 1);
    const first = this.#sleepers.pop();
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const child = right < this.#sleepers.length && this.#before(right, left) ? right : left;
      if (child >= this.#sleepers.length || this.#before(at, child)) return first;
      this.#swap(at, child);
      at = child;
    }
  }
}
