import { Worker } from 'node:worker_threads';
import type { FunctionSpec } from './function-spec.ts';
import type { FunctionLog } from './log.ts';
import type { FromWorker, FunctionError, Invocation, InvocationResult, ToWorker } from './protocol.ts';

export type EnvironmentOptions = {
  readonly spec: FunctionSpec;
  readonly variables: Readonly<Record<string, string>>;
  /** One Float64 of shared memory: milliseconds that the stack's clock is ahead. */
  readonly clockOffsetMs: SharedArrayBuffer;
  readonly log: FunctionLog;
};

type Running = {
  readonly invocation: Invocation;
  readonly settle: (result: InvocationResult) => void;
  readonly chunks: Uint8Array[];
  streamed: boolean;
};

const BOOTSTRAP = new URL('./bootstrap.mjs', import.meta.url);

/** One Lambda execution environment: a worker thread that runs one invocation at a time, and dies with this process. */
export class ExecutionEnvironment {
  readonly #options: EnvironmentOptions;
  readonly #worker: Worker;
  readonly #ready: Promise<FunctionError | undefined>;
  #running: Running | undefined;
  #dead = false;

  constructor(options: EnvironmentOptions) {
    this.#options = options;
    const { spec } = options;
    this.#worker = new Worker(BOOTSTRAP, {
      env: { ...options.variables },
      execArgv: [],
      name: spec.key,
      resourceLimits: { maxOldGenerationSizeMb: spec.memoryMb },
      workerData: {
        codeDirectory: spec.codeDirectory,
        handler: spec.handler,
        functionName: spec.name,
        memoryMb: spec.memoryMb,
        timeoutMs: spec.timeoutMs,
        clockOffsetMs: options.clockOffsetMs,
      },
    });
    this.#ready = new Promise((resolve) => this.#listen(resolve));
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** Resolves when the bundle is loaded, or with why it cannot be. */
  ready(): Promise<FunctionError | undefined> {
    return this.#ready;
  }

  async invoke(invocation: Invocation): Promise<InvocationResult> {
    const broken = await this.#ready;
    if (broken !== undefined) return { kind: 'failed', error: broken };
    if (this.#dead) return { kind: 'failed', error: exitError(invocation.requestId, 'killed') };
    const { promise, resolve } = Promise.withResolvers<InvocationResult>();
    this.#running = { invocation, settle: resolve, chunks: [], streamed: false };
    const { timeoutMs } = this.#options.spec;
    const timer = setTimeout(() => this.#timeOut(invocation.requestId, timeoutMs), timeoutMs);
    const { requestId, invokedFunctionArn, payload } = invocation;
    this.#worker.postMessage({ requestId, invokedFunctionArn, payload } satisfies ToWorker);
    const result = await promise;
    clearTimeout(timer);
    return result;
  }

  /** Ends the thread between any two statements, as brutally as SIGKILL. */
  async kill(): Promise<void> {
    this.#dead = true;
    await this.#worker.terminate();
  }

  #timeOut(requestId: string, timeoutMs: number): void {
    const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
    this.#options.log.write(errorMessage);
    this.#settle({ kind: 'failed', error: { errorType: 'Sandbox.Timedout', errorMessage } });
    void this.kill();
  }

  #listen(ready: (broken: FunctionError | undefined) => void): void {
    this.#worker.on('message', (message: FromWorker) => {
      if (message.kind === 'ready') ready(undefined);
      else if (message.kind === 'broken') this.#break(message.error, ready);
      else this.#receive(message);
    });
    this.#worker.on('error', (error: Error) => this.#options.log.write(`${error.name}: ${error.message}`));
    this.#worker.on('exit', (code) => {
      this.#dead = true;
      const requestId = this.#running?.invocation.requestId ?? 'none';
      const error = {
        errorType: 'Runtime.ExitError',
        errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: exit status ${code}`,
      };
      ready(error);
      this.#settle({ kind: 'failed', error });
    });
  }

  #break(error: FunctionError, ready: (broken: FunctionError) => void): void {
    this.#options.log.write(JSON.stringify(error));
    ready(error);
    void this.kill();
  }

  #receive(message: FromWorker): void {
    if (message.kind === 'log') this.#options.log.write(message.text);
    const running = this.#running;
    if (message.kind === 'failed') this.#fail(message.error, message.fatal);
    if (running === undefined) return;
    const sink = running.invocation.sink;
    if (message.kind === 'begin') {
      running.streamed = true;
      sink?.begin(message.contentType, message.metadata);
      if (sink === undefined && message.metadata !== undefined) running.chunks.push(preludeBytes(message.metadata));
    } else if (message.kind === 'chunk') {
      if (sink === undefined) running.chunks.push(message.bytes);
      else sink.chunk(message.bytes);
    } else if (message.kind === 'end') sink?.end();
    else if (message.kind === 'done') this.#finish(running, message.payload);
  }

  #finish(running: Running, payload: string | undefined): void {
    if (payload !== undefined) this.#settle({ kind: 'answered', payload });
    else if (running.invocation.sink === undefined)
      this.#settle({ kind: 'answered', payload: Buffer.concat(running.chunks).toString('utf8') });
    else this.#settle({ kind: 'streamed' });
  }

  #fail(error: FunctionError, fatal: boolean): void {
    this.#options.log.write(JSON.stringify(error));
    if (fatal) void this.kill();
    this.#settle({ kind: 'failed', error });
  }

  #settle(result: InvocationResult): void {
    const running = this.#running;
    this.#running = undefined;
    running?.settle(result);
  }
}

/** Lambda puts the status and headers of a streamed HTTP answer before its body: their JSON, then eight zero bytes. */
export const preludeBytes = (prelude: object): Buffer => Buffer.concat([Buffer.from(JSON.stringify(prelude)), Buffer.alloc(8)]);

const exitError = (requestId: string, why: string): FunctionError => ({
  errorType: 'Runtime.ExitError',
  errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: ${why}`,
});
