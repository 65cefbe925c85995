import { Readable } from 'node:stream';
import type { AwsCall } from '../backend.ts';

/** A call as an HTTP server sees it, for emulators that are called in this process and not over a socket. */
export function asRequest(call: AwsCall): Readable {
  const request = Readable.from(call.body.length === 0 ? [] : [call.body], { objectMode: false });
  return Object.assign(request, { headers: call.headers, method: call.method, url: call.url });
}
