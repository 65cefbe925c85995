/** A function's error, in the shape of Lambda's payload. */
export type FunctionError = { readonly errorType: string; readonly errorMessage: string; readonly trace?: readonly string[] };

/** What `awslambda.HttpResponseStream.from` is given: status, headers and cookies of a streamed HTTP answer. */
export type HttpPrelude = {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
};

/** What the host asks of the worker thread: one invocation at a time. */
export type ToWorker = { readonly requestId: string; readonly invokedFunctionArn: string; readonly payload: string };

/** What the worker thread (bootstrap.mjs) reports. `fatal`: the environment must not be used again. */
export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'broken'; readonly error: FunctionError }
  | { readonly kind: 'log'; readonly text: string }
  | { readonly kind: 'begin'; readonly contentType: string; readonly metadata?: HttpPrelude }
  | { readonly kind: 'chunk'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }
  | { readonly kind: 'done'; readonly payload?: string }
  | { readonly kind: 'failed'; readonly error: FunctionError; readonly fatal: boolean };

/** Receives a streamed answer as it is written. */
export type StreamSink = {
  readonly begin: (contentType: string, prelude: HttpPrelude | undefined) => void;
  readonly chunk: (bytes: Uint8Array) => void;
  readonly end: () => void;
};

export type Invocation = ToWorker & {
  /** Absent: a streamed answer is collected into the payload, as a buffered Invoke does. */
  readonly sink?: StreamSink;
};

export type InvocationResult =
  | { readonly kind: 'answered'; readonly payload: string }
  | { readonly kind: 'streamed' }
  | { readonly kind: 'failed'; readonly error: FunctionError };
