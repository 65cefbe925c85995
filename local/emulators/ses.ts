import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import sesLocal from 'aws-ses-v2-local';
import type { AwsCall, Backend } from '../backend.ts';
import { sendError, type WireError } from '../wire-error.ts';
import { readMail } from './mail.ts';

export type SesEmulator = {
  readonly backend: Backend;
  readonly inboxUrl: string;
  /** Addresses and domains that may send. */
  verify(identities: readonly string[]): void;
  stop(): Promise<void>;
};

const LARGEST_MAIL_BYTES = 10 * 1024 * 1024;
const MOST_RECIPIENTS = 50;

/** aws-ses-v2-local with its inbox page, and the refusals of SES that it lacks: unverified sender, too many recipients, too long. */
export async function startSes(port: number): Promise<SesEmulator> {
  const server = await start(port);
  const inboxUrl = `http://127.0.0.1:${addressOf(server).port}`;
  const verified = new Set<string>();
  const backend: Backend = async (call, response) => {
    const refusal = refuse(call, verified);
    if (refusal !== undefined) return sendError(call, response, refusal);
    const { authorization = 'AWS4', 'content-type': type = 'application/json' } = call.headers;
    const answer = await fetch(`${inboxUrl}${call.url}`, {
      method: call.method,
      headers: { authorization, 'content-type': type },
      ...(call.method === 'GET' ? {} : { body: new Uint8Array(call.body) }),
    });
    const body = Buffer.from(await answer.arrayBuffer());
    response.statusCode = answer.status;
    response.setHeader('content-type', answer.headers.get('content-type') ?? 'application/json');
    response.end(body);
  };
  const stop = () => new Promise<void>((resolve) => server.close(() => resolve()).closeAllConnections());
  return { backend, inboxUrl, verify: (identities) => identities.forEach((identity) => void verified.add(identity)), stop };
}

/** Its module is CommonJS: the function is one `default` deeper when imported from here. */
function start(port: number): Promise<Server> {
  const module: unknown = sesLocal;
  const open = typeof module === 'object' && module !== null && 'default' in module ? module.default : module;
  if (typeof open !== 'function') throw new RangeError('aws-ses-v2-local has no start function');
  return open({ port, host: '127.0.0.1' });
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new RangeError('the inbox has no port');
  return address;
}

function refuse(call: AwsCall, verified: ReadonlySet<string>): WireError | undefined {
  const mail = readMail(call);
  if (mail === undefined) return undefined;
  const domain = mail.from.slice(mail.from.indexOf('@') + 1);
  if (!verified.has(mail.from) && !verified.has(domain)) {
    const message = `Email address is not verified. The following identities failed the check in region US-EAST-1: ${mail.from}`;
    return { code: 'MessageRejected', message, status: 400 };
  }
  if (mail.recipients.length > MOST_RECIPIENTS) {
    return { code: 'InvalidParameterValue', message: `Recipient count exceeds ${MOST_RECIPIENTS}.`, status: 400 };
  }
  if (mail.bytes <= LARGEST_MAIL_BYTES) return undefined;
  return { code: 'InvalidParameterValue', message: `Message length is more than ${LARGEST_MAIL_BYTES} bytes long`, status: 400 };
}
