import { buildApp } from 'fauxqs';
// Its own start function listens on every interface; these parts, put together here, listen on none.
import { PersistenceManager } from '../../node_modules/fauxqs/dist/persistence.js';
import { S3Store } from '../../node_modules/fauxqs/dist/s3/s3Store.js';
import { SnsStore } from '../../node_modules/fauxqs/dist/sns/snsStore.js';
import { type SqsQueue, SqsStore } from '../../node_modules/fauxqs/dist/sqs/sqsStore.js';
import type { AwsCall, Backend } from '../backend.ts';
import { sendError } from '../wire-error.ts';

export type MayList = (call: AwsCall) => Promise<boolean>;

export type QueueEmulator = { readonly backend: Backend; stop(): Promise<void> };

/** fauxqs takes 11 MiB in one request; AWS takes 5 GB in one PUT, and parts. */
const LARGEST_PUT_BYTES = 10 * 1024 * 1024;
const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'] as const;
const ANSWER_QUEUE_URLS = /^AmazonSQS\.(GetQueueUrl|CreateQueue|ListQueues)$/;
/** Set by the connection to the client, not by the emulator. */
const HOP_HEADERS = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date']);

/** SQS, SNS and S3 in this process. With a data directory everything is in one SQLite file. */
export async function startFauxqs(
  dataDir: string | undefined,
  endpoint: () => string,
  mayList: MayList = async () => true,
): Promise<QueueEmulator> {
  const stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
  const persistence = dataDir === undefined ? undefined : new KeptStores(dataDir);
  if (persistence !== undefined) attach(persistence, stores);
  const app = buildApp({ logger: false, stores });
  if (persistence !== undefined) app.addHook('preClose', () => persistence.close());
  await app.ready();
  const backend: Backend = async (call, response) => {
    const method = METHODS.find((known) => known === call.method);
    if (method === undefined) return sendError(call, response, { code: 'MethodNotAllowed', message: call.method, status: 405 });
    if (call.body.length > LARGEST_PUT_BYTES) return sendError(call, response, tooLarge(call));
    const answer = await app.inject({ method, url: call.url, headers: { ...call.headers }, payload: call.body });
    if (isMissingKey(call, answer.statusCode) && !(await mayList(call))) {
      return sendError(call, response, { code: 'AccessDenied', message: 'Access Denied' });
    }
    const body = ANSWER_QUEUE_URLS.test(call.headers['x-amz-target'] ?? '')
      ? withOurUrls(answer.rawPayload, endpoint())
      : answer.rawPayload;
    for (const [name, value] of Object.entries(answer.headers)) {
      if (value !== undefined && !HOP_HEADERS.has(name)) response.setHeader(name, value);
    }
    if (method !== 'HEAD') response.setHeader('content-length', body.length);
    response.statusCode = answer.statusCode;
    response.end(method === 'HEAD' ? '' : body);
  };
  return { backend, stop: async () => void (await app.close()) };
}

type Stores = { sqsStore: SqsStore; snsStore: SnsStore; s3Store: S3Store };

/** Loading comes first: stores that already persist would write what they read, and lose rows on the way. */
function attach(persistence: PersistenceManager, stores: Stores): void {
  persistence.load(stores.sqsStore, stores.snsStore, stores.s3Store);
  stores.sqsStore.persistence = persistence;
  stores.snsStore.persistence = persistence;
  stores.s3Store.persistence = persistence;
  for (const queue of stores.sqsStore.allQueues()) {
    giveBackInFlight(queue);
    queue.persistence = persistence;
  }
}

/**
 * fauxqs fails to write that a message was given back, and then has lost it. Its row may go on saying that it is in flight: the next start
 * gives back all that are.
 */
class KeptStores extends PersistenceManager {
  override updateMessageReady(): void {}
}

/** Who had these messages in hand was killed with the stack, and the queue counts real seconds: nobody should wait out their time-out. */
function giveBackInFlight(queue: SqsQueue): void {
  for (const receiptHandle of [...queue.inflightMessages.keys()]) queue.changeVisibility(receiptHandle, 0);
}

/** The SDK calls the host of the queue's URL, whatever endpoint it was given: every URL must lead to the front, also after a restart. */
function withOurUrls(body: Buffer, endpoint: string): Buffer {
  return Buffer.from(body.toString('utf8').replace(/"https?:\/\/[^"/]+\/(\d{12}\/)/g, `"${endpoint}/$1`));
}

const tooLarge = (call: AwsCall) => ({
  code: call.service === 's3' ? 'EntityTooLarge' : 'InvalidParameterValue',
  message: `${call.body.length} bytes in one request: the local store takes ${LARGEST_PUT_BYTES}; upload in parts`,
  status: 400,
});

const isMissingKey = (call: AwsCall, status: number) =>
  call.service === 's3' && status === 404 && (call.method === 'GET' || call.method === 'HEAD') && /^\/[^/?]+\/[^?]/.test(call.url);
