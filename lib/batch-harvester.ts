import { Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { environment as contract } from '../functions/batch-harvester/contract.ts';
import { grantAnswering, grantChunks, grantJobs } from './batch-grants.ts';
import type { BatchQueues } from './batch-queues.ts';
import type { Foundation } from './foundation.ts';
import { FunctionSchedule } from './function-schedule.ts';
import { SpillwayFunction } from './spillway-function.ts';

/** The longest Lambda allows: a job's output may be gigabytes, streamed. */
const TIMEOUT_SECONDS = 900;
const MEMORY_MIB = 512;
const EVERY = Duration.minutes(10);
/** What a job may end in; the states before are of no interest. */
const FINAL_STATES = ['Completed', 'PartiallyCompleted', 'Failed', 'Stopped', 'Expired'];

/** Books and answers what ended batch jobs have left. */
export class BatchHarvester extends Construct {
  readonly function: SpillwayFunction<typeof contract>;

  constructor(scope: Construct, id: string, foundation: Foundation, queues: BatchQueues) {
    super(scope, id);
    this.function = new SpillwayFunction(this, 'Function', {
      description: 'Spillway: reads finished batch jobs, books every record, records and delivers the answers',
      code: foundation.codeOf('batch-harvester'),
      contract,
      environment: {
        ...foundation.environment,
        BUCKET: foundation.blobs.bucket.bucketName,
        RESULTS_QUEUE_URL: queues.results.queueUrl,
        JOBS_QUEUE_URL: queues.jobs.queueUrl,
      },
      memoryMiB: MEMORY_MIB,
      timeoutSeconds: TIMEOUT_SECONDS,
    });
    grantAnswering(this.function, foundation, queues);
    grantChunks(this.function, foundation);
    grantJobs(this.function, 'bedrock:GetModelInvocationJob');
    // Records that failed are put back for another try.
    queues.jobs.grant(this.function, 'sqs:SendMessage');
    const schedule = ScheduleExpression.rate(EVERY);
    new FunctionSchedule(this, 'Schedule', { target: this.function.resource, schedule, description: 'Poll batch jobs' });
    // Best effort, so the poll is what counts; the event makes it quick.
    new Rule(this, 'JobEnded', {
      description: 'A Bedrock batch job has ended',
      eventPattern: { source: ['aws.bedrock'], detailType: ['Batch Inference Job State Change'], detail: { status: FINAL_STATES } },
      targets: [new LambdaFunction(this.function.resource)],
    });
  }
}
