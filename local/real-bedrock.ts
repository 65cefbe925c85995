import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { HttpRequest } from '@smithy/core/protocols';
import { type AwsCall, type AwsResponse, type Backend, writeBytes } from './backend.ts';
import { AwsError, sendError } from './bedrock/aws-error.ts';
import { StartProblem } from './start-problem.ts';

/** Kept from the answer: what the SDK reads. */
const ANSWER_HEADERS = ['content-type', 'x-amzn-requestid', 'x-amzn-errortype', 'x-amzn-bedrock-invocation-latency'];

export type RealBedrockOptions = {
  /** What an application inference profile of the template copies from. */
  readonly profileSource: (arn: string) => string | undefined;
  /** Another address than Bedrock's own, for tests. */
  readonly origin?: string;
};

/**
 * Passes model calls on to Bedrock itself, signed with the user's own AWS credentials. The functions' policies were checked before, as
 * ever; a profile of the template, which exists only where the template is deployed, is replaced by what it copies from.
 */
export async function realBedrock({ profileSource, origin }: RealBedrockOptions): Promise<Backend> {
  const client = new BedrockRuntimeClient({});
  const region = await usersOwn(client);
  const target = new URL(origin ?? `https://bedrock-runtime.${region}.amazonaws.com`);
  return async (call, response) => {
    const [, called, action] = /^\/model\/([^/]+)\/(converse|converse-stream|count-tokens)$/.exec(call.url) ?? [];
    if (called === undefined) {
      return sendError(response, new AwsError('ValidationException', 'with real models only model calls leave this machine: no batch'));
    }
    const signer = await client.config.signer({ name: 'sigv4', signingName: 'bedrock', signingRegion: region, properties: {} });
    const request = new HttpRequest({
      method: 'POST',
      protocol: target.protocol,
      hostname: target.hostname,
      path: `/model/${encodeURIComponent(modelIdOf(decodeURIComponent(called), profileSource))}/${action}`,
      headers: { host: target.host, 'content-type': call.headers['content-type'] ?? 'application/json' },
      body: call.body,
    });
    const { headers } = await signer.sign(request);
    await passOn(call, `${target.origin}${request.path}`, headers, response);
  };
}

/** Asked for at the start: one without credentials fails at once, and the shell's are read before the demo sets variables of its own. */
async function usersOwn(client: BedrockRuntimeClient): Promise<string> {
  try {
    await client.config.credentials();
    return await client.config.region();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartProblem(`--model bedrock needs your AWS credentials and a region (AWS_PROFILE, AWS_REGION, ...): ${why}`, {
      cause: error,
    });
  }
}

/** `arn:...:inference-profile/us.x` and `arn:...::foundation-model/x` name an account or a region: their last part is the id everywhere. */
function modelIdOf(called: string, profileSource: (arn: string) => string | undefined): string {
  const source = profileSource(called) ?? called;
  return source.slice(source.lastIndexOf('/') + 1);
}

async function passOn(call: AwsCall, url: string, headers: Record<string, string>, response: AwsResponse): Promise<void> {
  const { host: _, ...signed } = headers;
  const answer = await fetch(url, { method: 'POST', headers: signed, body: new Uint8Array(call.body) }).catch(() => undefined);
  if (answer === undefined) return sendError(response, new AwsError('ServiceUnavailableException', 'Bedrock cannot be reached from here'));
  response.statusCode = answer.status;
  for (const name of ANSWER_HEADERS) {
    const value = answer.headers.get(name);
    if (value !== null) response.setHeader(name, value);
  }
  for await (const chunk of answer.body ?? []) writeBytes(response, chunk);
  response.end('');
}
