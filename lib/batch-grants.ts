import { Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledgeWildcards } from './acknowledge-wildcards.ts';
import type { BatchQueues } from './batch-queues.ts';
import type { Foundation } from './foundation.ts';

type Grantee = IGrantable & Construct;

/** What every batch function does: hold and settle money, move jobs on, record and deliver answers. */
export function grantAnswering(grantee: Grantee, foundation: Foundation, queues: BatchQueues): void {
  foundation.grantSettings(grantee);
  foundation.control.grantChange(grantee);
  foundation.blobs.grantWrite(grantee, 'results/');
  queues.grantAnswer(grantee);
}

/** What those do that follow chunks to their end. */
export function grantChunks(grantee: Grantee, { blobs, control, ledger }: Foundation): void {
  control.grantList(grantee);
  control.grantDropChunks(grantee);
  ledger.grantRecord(grantee);
  blobs.grantRead(grantee, 'batch/');
}

/** Rights to the batch jobs of this account. */
export function grantJobs(grantee: Grantee, ...actions: string[]): Grant {
  const arn = batchJobArn(grantee);
  acknowledgeWildcards(grantee, [arn], "a batch job's id is made when the job is created");
  return Grant.addToPrincipal({ grantee, actions, resourceArns: [arn] });
}

/** Rights for which AWS knows no resource. */
export function grantListJobs(grantee: Grantee): Grant {
  acknowledgeWildcards(grantee, ['*'], 'listing batch jobs by name has no narrower resource');
  return Grant.addToPrincipal({ grantee, actions: ['bedrock:ListModelInvocationJobs'], resourceArns: ['*'] });
}

/** Any batch job of this account: the job's id is made when it is created. */
export function batchJobArn(scope: Construct): string {
  return Stack.of(scope).formatArn({ service: 'bedrock', resource: 'model-invocation-job', resourceName: '*' });
}
