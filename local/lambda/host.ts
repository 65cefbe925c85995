import { type EnvironmentOptions, ExecutionEnvironment } from './execution-environment.ts';
import type { Invocation, InvocationResult } from './protocol.ts';

/** One function: a pool of execution environments, each with one invocation at a time, replaced when it crashes or times out. */
export class FunctionHost {
  readonly options: EnvironmentOptions;
  /** Further invocations wait for one to become free: on two cores more environments only get in each other's way. */
  mostEnvironments = 4;
  readonly #environments = new Set<ExecutionEnvironment>();
  readonly #idle: ExecutionEnvironment[] = [];
  readonly #waiting: ((environment: ExecutionEnvironment) => void)[] = [];
  #stopped = false;

  constructor(options: EnvironmentOptions) {
    this.options = options;
  }

  async invoke(invocation: Invocation): Promise<InvocationResult> {
    const environment = await this.#acquire();
    const startedAt = performance.now();
    const result = await environment.invoke(invocation);
    const tookMs = (performance.now() - startedAt).toFixed(1);
    this.options.log.write(`REPORT RequestId: ${invocation.requestId}\tDuration: ${tookMs} ms\tResult: ${result.kind}`);
    this.#release(environment);
    return result;
  }

  /** Invocations under way. */
  get busy(): number {
    return this.#environments.size - this.#idle.length;
  }

  /** Starts one environment, so that the first invocation finds it warm. */
  async prewarm(): Promise<void> {
    if (this.#environments.size > 0 || this.#stopped) return;
    const environment = this.#start();
    await environment.ready();
    this.#release(environment);
  }

  /** Kills every environment, busy or idle; the next invocation gets a new one. */
  async recycle(): Promise<void> {
    const environments = [...this.#environments];
    this.#environments.clear();
    this.#idle.length = 0;
    await Promise.all(environments.map((environment) => environment.kill()));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.recycle();
  }

  async #acquire(): Promise<ExecutionEnvironment> {
    if (this.#stopped) throw new RangeError(`${this.options.spec.key} is stopped`);
    const idle = this.#idle.pop();
    if (idle !== undefined && !idle.dead) return idle;
    if (idle !== undefined) this.#environments.delete(idle);
    if (this.#environments.size < this.mostEnvironments) return this.#start();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #start(): ExecutionEnvironment {
    const environment = new ExecutionEnvironment(this.options);
    this.#environments.add(environment);
    return environment;
  }

  #release(environment: ExecutionEnvironment): void {
    const usable = !environment.dead && this.#environments.has(environment);
    if (!usable) this.#environments.delete(environment);
    const next = this.#waiting.shift();
    if (next !== undefined) next(usable || this.#stopped ? environment : this.#start());
    else if (usable) this.#idle.push(environment);
  }
}
