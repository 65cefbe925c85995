import { Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { environment as harvesterContract } from '../functions/batch-harvester/contract.ts';
import { environment as intakeContract } from '../functions/batch-intake/contract.ts';
import { environment as submitterContract } from '../functions/batch-submitter/contract.ts';
import { acknowledgeWildcards } from './acknowledge-wildcards.ts';
import { BatchQueues } from './batch-queues.ts';
import { BatchRole, batchJobArn } from './batch-role.ts';
import type { Foundation } from './foundation.ts';
import { FunctionSchedule } from './function-schedule.ts';
import { SpillwayFunction } from './spillway-function.ts';

const INTAKE_TIMEOUT_SECONDS = 60;
const SUBMITTER_TIMEOUT_SECONDS = 300;
/** The longest Lambda allows: a job's output may be gigabytes, streamed. */
const HARVESTER_TIMEOUT_SECONDS = 900;
/** 1,000 messages of up to 6 MB in all are parsed at once. */
const INTAKE_BATCH = 1000;
const INTAKE_WINDOW_SECONDS = 5;
const MEMORY_MIB = 512;
/** What a job may end in; the states before are of no interest. */
const FINAL_STATES = ['Completed', 'PartiallyCompleted', 'Failed', 'Stopped', 'Expired'];

/** What is not realtime: jobs queue -> staged chunks -> Bedrock batch jobs at the batch price -> answers. */
export class BatchPipeline extends Construct {
  readonly queues: BatchQueues;
  readonly intake: SpillwayFunction<typeof intakeContract>;
  readonly submitter: SpillwayFunction<typeof submitterContract>;
  readonly harvester: SpillwayFunction<typeof harvesterContract>;
  private readonly foundation: Foundation;

  constructor(scope: Construct, id: string, foundation: Foundation) {
    super(scope, id);
    this.foundation = foundation;
    this.queues = new BatchQueues(this, 'Queues', {
      intakeTimeoutSeconds: INTAKE_TIMEOUT_SECONDS,
      windowSeconds: INTAKE_WINDOW_SECONDS,
      replyTo: Object.values(foundation.settings.features).flatMap((feature) => feature.batch.replyTo),
    });
    this.intake = this.buildIntake();
    this.submitter = this.buildSubmitter(new BatchRole(this, 'Role', foundation));
    this.harvester = this.buildHarvester();
  }

  private buildIntake() {
    const { foundation, queues } = this;
    const intake = new SpillwayFunction(this, 'Intake', {
      description: 'Spillway: takes jobs from the queue, holds their money, stages their prompts',
      code: foundation.codeOf('batch-intake'),
      contract: intakeContract,
      environment: this.environment,
      memoryMiB: MEMORY_MIB,
      timeoutSeconds: INTAKE_TIMEOUT_SECONDS,
    });
    this.grantAnswering(intake);
    foundation.control.grantCreate(intake);
    foundation.blobs.grantRead(intake, 'requests/');
    foundation.blobs.grantWrite(intake, 'batch/chunks/');
    // GetQueueAttributes: Lambda refuses to create an event source without it.
    queues.jobs.grant(intake, 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes');
    new EventSourceMapping(this, 'IntakeSource', {
      target: intake.resource,
      eventSourceArn: queues.jobs.queueArn,
      batchSize: INTAKE_BATCH,
      maxBatchingWindow: Duration.seconds(INTAKE_WINDOW_SECONDS),
      reportBatchItemFailures: true,
    });
    return intake;
  }

  private buildSubmitter(batchRole: BatchRole) {
    const { foundation } = this;
    const submitter = new SpillwayFunction(this, 'Submitter', {
      description: 'Spillway: makes batch jobs of staged prompts, and calls on demand what would miss its deadline',
      code: foundation.codeOf('batch-submitter'),
      contract: submitterContract,
      environment: { ...this.environment, BATCH_ROLE_ARN: batchRole.role.roleArn },
      memoryMiB: MEMORY_MIB,
      timeoutSeconds: SUBMITTER_TIMEOUT_SECONDS,
    });
    this.grantAnswering(submitter);
    this.grantChunks(submitter);
    // What would miss its deadline is called on demand.
    foundation.grantRouting(submitter);
    foundation.blobs.grantUpload(submitter, 'batch/manifests/');
    foundation.blobs.grantWrite(submitter, 'batch/on-demand/');
    foundation.models.grantCreateJobs(submitter);
    this.grantJobs(submitter, 'bedrock:CreateModelInvocationJob');
    this.grantAll(submitter, 'bedrock:ListModelInvocationJobs');
    batchRole.grantPass(submitter.grantPrincipal);
    const schedule = ScheduleExpression.rate(Duration.minutes(5));
    new FunctionSchedule(this, 'SubmitterSchedule', { target: submitter.resource, schedule, description: 'Submit staged jobs' });
    return submitter;
  }

  private buildHarvester() {
    const { foundation, queues } = this;
    const harvester = new SpillwayFunction(this, 'Harvester', {
      description: 'Spillway: reads finished batch jobs, books every record, records and delivers the answers',
      code: foundation.codeOf('batch-harvester'),
      contract: harvesterContract,
      environment: { ...this.environment, JOBS_QUEUE_URL: queues.jobs.queueUrl },
      memoryMiB: MEMORY_MIB,
      timeoutSeconds: HARVESTER_TIMEOUT_SECONDS,
    });
    this.grantAnswering(harvester);
    this.grantChunks(harvester);
    // Records that failed are put back for another try.
    queues.jobs.grant(harvester, 'sqs:SendMessage');
    this.grantJobs(harvester, 'bedrock:GetModelInvocationJob');
    const schedule = ScheduleExpression.rate(Duration.minutes(10));
    new FunctionSchedule(this, 'HarvesterSchedule', { target: harvester.resource, schedule, description: 'Poll batch jobs' });
    // Best effort, so the poll is what counts; the event makes it quick.
    new Rule(this, 'JobStateChange', {
      description: 'A Bedrock batch job has ended',
      eventPattern: {
        source: ['aws.bedrock'],
        detailType: ['Batch Inference Job State Change'],
        detail: { status: FINAL_STATES },
      },
      targets: [new LambdaFunction(harvester.resource)],
    });
    return harvester;
  }

  private get environment() {
    const { foundation, queues } = this;
    return {
      ...foundation.environment,
      BUCKET: foundation.blobs.bucket.bucketName,
      RESULTS_QUEUE_URL: queues.results.queueUrl,
    };
  }

  /** What all three do: hold and settle money, move jobs on, record and deliver answers. */
  private grantAnswering(grantee: SpillwayFunction): void {
    const { foundation, queues } = this;
    foundation.grantSettings(grantee);
    foundation.control.grantChange(grantee);
    foundation.blobs.grantWrite(grantee, 'results/');
    queues.grantAnswer(grantee);
  }

  /** What those do that follow chunks to their end. */
  private grantChunks(grantee: SpillwayFunction): void {
    const { blobs, control, ledger } = this.foundation;
    control.grantList(grantee);
    control.grantDropChunks(grantee);
    ledger.grantRecord(grantee);
    blobs.grantRead(grantee, 'batch/');
  }

  private grantJobs(grantee: SpillwayFunction, ...actions: string[]): void {
    const arn = batchJobArn(this);
    acknowledgeWildcards(grantee, [arn], "a batch job's id is made when the job is created");
    Grant.addToPrincipal({ grantee, actions, resourceArns: [arn] });
  }

  private grantAll(grantee: SpillwayFunction, ...actions: string[]): void {
    acknowledgeWildcards(grantee, ['*'], 'listing batch jobs by name has no narrower resource');
    Grant.addToPrincipal({ grantee, actions, resourceArns: ['*'] });
  }
}
