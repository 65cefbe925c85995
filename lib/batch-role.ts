import { Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { batchJobArn } from './batch-grants.ts';
import type { Foundation } from './foundation.ts';

/** The role that Bedrock assumes to read the prompts of a batch job, call the model and write its answers: for jobs of this account alone. */
export class BatchRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, foundation: Foundation) {
    super(scope, id);
    const { account } = Stack.of(this);
    this.role = new Role(this, 'Resource', {
      assumedBy: new ServicePrincipal('bedrock.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account }, ArnEquals: { 'aws:SourceArn': batchJobArn(this) } },
      }),
    });
    foundation.blobs.grantRead(this.role, 'batch/manifests/');
    foundation.blobs.grantWrite(this.role, 'batch/manifests/');
    // AWS asks for this where the job runs on an inference profile.
    foundation.models.grantConverse(this.role);
  }

  /** Lets a function hand this role to Bedrock, and to nobody else. */
  grantPass(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['iam:PassRole'],
      resourceArns: [this.role.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'bedrock.amazonaws.com' } },
    });
  }
}
