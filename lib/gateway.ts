import { type FunctionUrl, FunctionUrlAuthType, InvokeMode } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { environment as contract } from '../functions/gateway/contract.ts';
import type { Foundation } from './foundation.ts';
import { SpillwayFunction } from './spillway-function.ts';

const MEMORY_MIB = 256;

/** The HTTPS door: a function URL that streams. Keys are checked by the function itself, before anything else; `iam` leaves it to AWS. */
export class Gateway extends Construct {
  readonly function: SpillwayFunction<typeof contract>;
  readonly url: FunctionUrl;

  constructor(scope: Construct, id: string, foundation: Foundation) {
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
    });
  }
}
