import { Construct } from 'constructs';
import { BatchHarvester } from './batch-harvester.ts';
import { BatchIntake, INTAKE_TIMEOUT_SECONDS, INTAKE_WINDOW_SECONDS } from './batch-intake.ts';
import { BatchQueues } from './batch-queues.ts';
import { BatchSubmitter } from './batch-submitter.ts';
import type { Foundation } from './foundation.ts';

/** What is not realtime: jobs queue -> staged chunks -> Bedrock batch jobs at the batch price -> answers. */
export class BatchPipeline extends Construct {
  readonly queues: BatchQueues;
  readonly intake: BatchIntake;
  readonly submitter: BatchSubmitter;
  readonly harvester: BatchHarvester;

  constructor(scope: Construct, id: string, foundation: Foundation) {
    super(scope, id);
    this.queues = new BatchQueues(this, 'Queues', {
      intakeTimeoutSeconds: INTAKE_TIMEOUT_SECONDS,
      windowSeconds: INTAKE_WINDOW_SECONDS,
      replyTo: Object.values(foundation.settings.features).flatMap((feature) => feature.batch.replyTo),
    });
    this.intake = new BatchIntake(this, 'Intake', foundation, this.queues);
    this.submitter = new BatchSubmitter(this, 'Submitter', foundation, this.queues);
    this.harvester = new BatchHarvester(this, 'Harvester', foundation, this.queues);
  }
}
