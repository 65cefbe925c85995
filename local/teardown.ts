type Step = { readonly name: string; readonly stop: () => void | Promise<void> };

/** What has been started, to be stopped in the opposite order; one part that fails to stop does not keep the others up. */
export class Teardown {
  readonly #steps: Step[] = [];
  #done: Promise<void> | undefined;

  add(name: string, stop: () => void | Promise<void>): void {
    this.#steps.push({ name, stop });
  }

  /** May be asked for twice: stops once. */
  run(): Promise<void> {
    this.#done ??= this.#stopAll();
    return this.#done;
  }

  async #stopAll(): Promise<void> {
    for (const { name, stop } of this.#steps.toReversed()) {
      try {
        await stop();
      } catch (error) {
        process.stderr.write(`${name} did not stop cleanly: ${String(error)}\n`);
      }
    }
  }
}
