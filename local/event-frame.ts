import { EventStreamCodec } from '@smithy/core/event-streams';
import { fromUtf8, toUtf8 } from '@smithy/core/serde';

const codec = new EventStreamCodec(toUtf8, fromUtf8);

/** One event of `application/vnd.amazon.eventstream`, as AWS frames it. */
export function eventFrame(type: string, contentType: string, body: Uint8Array): Uint8Array {
  const header = (value: string) => ({ type: 'string' as const, value });
  const headers = { ':event-type': header(type), ':content-type': header(contentType), ':message-type': header('event') };
  return codec.encode({ headers, body });
}
