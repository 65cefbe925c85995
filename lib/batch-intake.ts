import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { environment as contract } from '../functions/batch-intake/contract.ts';
import { grantAnswering } from './batch-grants.ts';
import type { BatchQueues } from './batch-queues.ts';
import type { Foundation } from './foundation.ts';
import { SpillwayFunction } from './spillway-function.ts';

export const INTAKE_TIMEOUT_SECONDS = 60;
export const INTAKE_WINDOW_SECONDS = 5;
/** Messages; Lambda hands over at most 6 MB of them at once. */
const BATCH_SIZE = 1000;
const MEMORY_MIB = 512;

/** Takes jobs from the queue: each is staged under a hold, or answered, before the queue may forget it. */
export class BatchIntake extends Construct {
  readonly function: SpillwayFunction<typeof contract>;

  constructor(scope: Construct, id: string, foundation: Foundation, queues: BatchQueues) {
    super(scope, id);
    const { blobs, control } = foundation;
    this.function = new SpillwayFunction(this, 'Function', {
      description: 'Spillway: takes jobs from the queue, holds their money, stages their prompts',
      code: foundation.codeOf('batch-intake'),
      contract,
      environment: { ...foundation.environment, BUCKET: blobs.bucket.bucketName, RESULTS_QUEUE_URL: queues.results.queueUrl },
      memoryMiB: MEMORY_MIB,
      timeoutSeconds: INTAKE_TIMEOUT_SECONDS,
    });
    grantAnswering(this.function, foundation, queues);
    control.grantCreate(this.function);
    control.grantReadOverrides(this.function);
    blobs.grantRead(this.function, 'requests/');
    blobs.grantWrite(this.function, 'batch/chunks/');
    // GetQueueAttributes: Lambda refuses to create an event source without it.
    queues.jobs.grant(this.function, 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes');
    new EventSourceMapping(this, 'Source', {
      target: this.function.resource,
      eventSourceArn: queues.jobs.queueArn,
      batchSize: BATCH_SIZE,
      maxBatchingWindow: Duration.seconds(INTAKE_WINDOW_SECONDS),
      reportBatchItemFailures: true,
    });
  }
}
