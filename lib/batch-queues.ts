import { Duration, Validations } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export type BatchQueuesProps = { readonly intakeTimeoutSeconds: number; readonly windowSeconds: number };

/** A job is offered this often before it goes to the dead-letter queue. */
const MAX_RECEIVES = 5;
/** As long as SQS keeps anything: offline work may wait for people. */
const RETENTION = Duration.days(14);

/** Jobs in, answers out, and jobs that no intake could take. */
export class BatchQueues extends Construct {
  readonly jobs: Queue;
  readonly jobsDeadLetter: Queue;
  readonly results: Queue;

  constructor(scope: Construct, id: string, props: BatchQueuesProps) {
    super(scope, id);
    const house = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, retentionPeriod: RETENTION };
    this.jobsDeadLetter = new Queue(this, 'JobsDeadLetter', house);
    this.jobs = new Queue(this, 'Jobs', {
      ...house,
      // AWS's rule for event sources: six times the function's timeout, plus the batching window.
      visibilityTimeout: Duration.seconds(6 * props.intakeTimeoutSeconds + props.windowSeconds),
      deadLetterQueue: { queue: this.jobsDeadLetter, maxReceiveCount: MAX_RECEIVES },
    });
    this.results = new Queue(this, 'Results', house);
    Validations.of(this.results).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'its consumer is the team: the redrive policy belongs to whoever reads it',
    });
  }
}
