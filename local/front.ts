import type { AwsCall, AwsResponse, Backend } from './backend.ts';

/** Why a call is refused, in AWS's own words. */
export type Denial = { readonly action: string; readonly resource: string; readonly message: string };

export type Authorize = (call: AwsCall) => Promise<Denial | undefined>;

/** The one port of all AWS services. */
export type Front = {
  /** `http://127.0.0.1:PORT`, the value for AWS_ENDPOINT_URL. */
  readonly url: string;
  readonly port: number;
  /** Ends open connections. */
  stop(): Promise<void>;
};

export type FrontOptions = {
  /** 0 = any free. */
  readonly port: number;
  /** By the service name of the SigV4 scope. Read at each call: services may be registered after the port is bound. */
  readonly backends: ReadonlyMap<string, Backend>;
  readonly authorize: Authorize;
};

export async function startFront(_options: FrontOptions): Promise<Front> {
  throw new RangeError('not yet');
}

export type { AwsCall, AwsResponse };
