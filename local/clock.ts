/** The time that functions, schedules and the model stand-in see: real time plus what `POST /clock` has added. */
export class Clock {
  #offsetMs = 0;
  readonly #listeners: ((offsetMs: number) => void)[] = [];

  now(): number {
    return Date.now() + this.#offsetMs;
  }

  get offsetMs(): number {
    return this.#offsetMs;
  }

  advance(ms: number): void {
    this.#offsetMs += ms;
    for (const listener of this.#listeners) listener(this.#offsetMs);
  }

  onAdvance(listener: (offsetMs: number) => void): void {
    this.#listeners.push(listener);
  }
}
