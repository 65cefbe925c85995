import { type FunctionUrl, FunctionUrlAuthType, type FunctionUrlCorsOptions, HttpMethod, InvokeMode } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { environment as contract } from '../functions/gateway/contract.ts';
import type { Foundation } from './foundation.ts';
import { SpillwayFunction } from './spillway-function.ts';

const MEMORY_MIB = 256;

export type GatewayProps = {
  /** Origins of browsers that may call. None: no browser may. */
  readonly corsOrigins: readonly string[];
};

/** The HTTPS door: a function URL that streams. Keys are checked by the function itself, before anything else; `iam` leaves it to AWS. */
export class Gateway extends Construct {
  readonly function: SpillwayFunction<typeof contract>;
  readonly url: FunctionUrl;

  constructor(scope: Construct, id: string, foundation: Foundation, props: GatewayProps) {
    super(scope, id);
    const { settings, blobs } = foundation;
    this.function = new SpillwayFunction(this, 'Function', {
      description: 'Spillway: the HTTPS gateway to the router, and the pages of the weekly report',
      code: foundation.codeOf('gateway'),
      contract,
      environment: { ...foundation.environment, BUCKET: blobs.bucket.bucketName },
      memoryMiB: MEMORY_MIB,
      timeoutSeconds: settings.timeoutSeconds,
    });
    foundation.grantRouting(this.function);
    foundation.models.grantConverseStream(this.function);
    blobs.grantRead(this.function, 'reports/');
    // With NONE the CDK adds both rights that a public URL needs: InvokeFunctionUrl and InvokeFunction via the URL.
    this.url = this.function.resource.addFunctionUrl({
      authType: settings.gateway.auth === 'iam' ? FunctionUrlAuthType.AWS_IAM : FunctionUrlAuthType.NONE,
      invokeMode: InvokeMode.RESPONSE_STREAM,
      ...(props.corsOrigins.length === 0 ? {} : { cors: browserAccess(props.corsOrigins) }),
    });
  }
}

/** What a page needs to call with a key and to read its receipt. */
function browserAccess(origins: readonly string[]): FunctionUrlCorsOptions {
  return { allowedOrigins: [...origins], allowedMethods: [HttpMethod.GET, HttpMethod.POST], allowedHeaders: ['*'], exposedHeaders: ['*'] };
}
