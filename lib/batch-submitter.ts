import { Duration } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { environment as contract } from '../functions/batch-submitter/contract.ts';
import { grantAnswering, grantChunks, grantJobs, grantListJobs } from './batch-grants.ts';
import type { BatchQueues } from './batch-queues.ts';
import { BatchRole } from './batch-role.ts';
import type { Foundation } from './foundation.ts';
import { FunctionSchedule } from './function-schedule.ts';
import { SpillwayFunction } from './spillway-function.ts';

const TIMEOUT_SECONDS = 300;
const MEMORY_MIB = 512;
const EVERY = Duration.minutes(5);

/** Makes batch jobs of sealed chunks, and calls on demand what would miss its deadline. */
export class BatchSubmitter extends Construct {
  readonly function: SpillwayFunction<typeof contract>;

  constructor(scope: Construct, id: string, foundation: Foundation, queues: BatchQueues) {
    super(scope, id);
    const { blobs, models } = foundation;
    const jobRole = new BatchRole(this, 'JobRole', foundation);
    this.function = new SpillwayFunction(this, 'Function', {
      description: 'Spillway: makes batch jobs of staged prompts, and calls on demand what would miss its deadline',
      code: foundation.codeOf('batch-submitter'),
      contract,
      environment: {
        ...foundation.environment,
        BUCKET: blobs.bucket.bucketName,
        RESULTS_QUEUE_URL: queues.results.queueUrl,
        BATCH_ROLE_ARN: jobRole.role.roleArn,
      },
      memoryMiB: MEMORY_MIB,
      timeoutSeconds: TIMEOUT_SECONDS,
    });
    grantAnswering(this.function, foundation, queues);
    grantChunks(this.function, foundation);
    foundation.grantRouting(this.function);
    blobs.grantUpload(this.function, 'batch/manifests/');
    blobs.grantWrite(this.function, 'batch/on-demand/');
    models.grantCreateJobs(this.function);
    grantJobs(this.function, 'bedrock:CreateModelInvocationJob');
    grantListJobs(this.function);
    jobRole.grantPass(this.function);
    const schedule = ScheduleExpression.rate(EVERY);
    new FunctionSchedule(this, 'Schedule', { target: this.function.resource, schedule, description: 'Submit staged jobs' });
  }
}
