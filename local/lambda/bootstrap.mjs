/**
 * Runs inside the worker thread of one Lambda environment and gives a bundle what Lambda's Node.js runtime gives it: the `awslambda` global,
 * the context object, results and errors in Lambda's shape. Time is the stack's clock; nothing else differs from a deployed environment.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

const STREAMING = Symbol('streaming handler');
const port = parentPort;

/** `Date` of this thread reads the stack's clock; the offset is shared memory, so an advance is seen at once. */
function shiftTime(offsetMs) {
  const RealDate = Date;
  const realNow = RealDate.now;
  const now = () => realNow() + offsetMs[0];
  RealDate.now = now;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: () => new RealDate(now()).toString(),
  });
  RealDate.prototype.constructor = globalThis.Date;
}

/** Log lines travel on the same port as the answer, so a line written before the answer is there before it. */
function captureOutput() {
  for (const stream of [process.stdout, process.stderr]) {
    stream.write = (chunk, encoding, callback) => {
      port.postMessage({ kind: 'log', text: typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8') });
      const done = typeof encoding === 'function' ? encoding : callback;
      if (done !== undefined) queueMicrotask(() => done());
      return true;
    };
  }
}

function describeError(error, fallbackType = 'Error') {
  if (!(error instanceof Error)) return { errorType: fallbackType, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

class ResponseStream extends Writable {
  #begun = false;
  contentType = 'application/octet-stream';

  setContentType(contentType) {
    this.contentType = contentType;
  }

  /** Status, headers and cookies of an HTTP answer, before its first byte. */
  begin(metadata) {
    if (this.#begun) return;
    this.#begun = true;
    port.postMessage({ kind: 'begin', contentType: this.contentType, metadata });
  }

  _write(chunk, _encoding, callback) {
    this.begin(undefined);
    port.postMessage({ kind: 'chunk', bytes: Uint8Array.from(chunk) });
    callback();
  }

  _final(callback) {
    this.begin(undefined);
    port.postMessage({ kind: 'end' });
    callback();
  }
}

globalThis.awslambda = {
  streamifyResponse: (handler) => Object.assign(handler, { [STREAMING]: true }),
  HttpResponseStream: {
    from: (stream, metadata) => {
      stream.setContentType('application/vnd.awslambda.http-integration-response');
      stream.begin(metadata);
      return stream;
    },
  },
};

async function loadHandler() {
  const [file = '', name = ''] = workerData.handler.split('.');
  const path = ['.mjs', '.js', '.cjs']
    .map((ending) => join(workerData.codeDirectory, file + ending))
    .find((candidate) => existsSync(candidate));
  if (path === undefined) throw named('Runtime.ImportModuleError', `Error: Cannot find module '${file}'`);
  const handler = (await import(pathToFileURL(path).href))[name];
  if (typeof handler !== 'function') throw named('Runtime.HandlerNotFound', `${workerData.handler} is undefined or not exported`);
  if (handler.length > 2 && handler[STREAMING] !== true) {
    throw named('Runtime.CallbackHandlerDeprecated', 'callback handlers do not exist in nodejs24.x: return a promise');
  }
  return handler;
}

const named = (name, message) => Object.assign(new Error(message), { name });

function contextOf(message) {
  const endsAt = performance.now() + workerData.timeoutMs;
  return {
    functionName: workerData.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: message.invokedFunctionArn,
    memoryLimitInMB: String(workerData.memoryMb),
    awsRequestId: message.requestId,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(endsAt - performance.now())),
  };
}

async function answer(handler, message) {
  const event = JSON.parse(message.payload);
  if (handler[STREAMING] !== true) {
    const result = await handler(event, contextOf(message));
    return JSON.stringify(result) ?? 'null';
  }
  const stream = new ResponseStream();
  const finished = new Promise((resolve, reject) => stream.once('close', () => (stream.errored ? reject(stream.errored) : resolve())));
  stream.on('error', () => {});
  await handler(event, stream, contextOf(message));
  // As on Lambda: a handler that forgets to end its stream runs into the timeout.
  await finished;
  return undefined;
}

const fatal = (errorType) => (error) => port.postMessage({ kind: 'failed', error: describeError(error, errorType), fatal: true });
process.on('unhandledRejection', (error) => fatal('Runtime.UnhandledPromiseRejection')(error));
process.on('uncaughtException', (error) => fatal('Runtime.UnhandledException')(error));

shiftTime(new Float64Array(workerData.clockOffsetMs));
captureOutput();
try {
  const handler = await loadHandler();
  port.on('message', (message) => {
    answer(handler, message).then(
      (payload) => port.postMessage({ kind: 'done', payload }),
      (error) => port.postMessage({ kind: 'failed', error: describeError(error), fatal: false }),
    );
  });
  port.postMessage({ kind: 'ready' });
} catch (error) {
  port.postMessage({ kind: 'broken', error: describeError(error) });
}
