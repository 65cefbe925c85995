import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';

/** Who signed a call: one of our roles (by its logical id in the template), or the operator, whose credentials are not checked. */
export type Caller = { readonly kind: 'operator' } | { readonly kind: 'role'; readonly roleId: string; readonly sessionName: string };

/** One signed AWS call, its body read whole. `service` is the one of its SigV4 credential scope: `dynamodb`, `sqs`, `s3`, `bedrock`, ... */
export type AwsCall = {
  readonly service: string;
  readonly method: string;
  /** Path and query, still encoded. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly caller: Caller;
};

export type AwsResponse = ServerResponse | Http2ServerResponse;

/** Written twice, because answers of HTTP/1.1 and HTTP/2 share no type for it. False: wait for `drain`. */
export const writeBytes = (response: AwsResponse, bytes: Uint8Array): boolean =>
  'stream' in response ? response.write(bytes) : response.write(bytes);

/** Answers one AWS call the way AWS would. */
export type Backend = (call: AwsCall, response: AwsResponse) => Promise<void>;
