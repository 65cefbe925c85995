import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** `replyTo`: URLs of queues of other teams that features have their answers sent to. */
export type BatchQueuesProps = {
  readonly intakeTimeoutSeconds: number;
  readonly windowSeconds: number;
  readonly replyTo: readonly string[];
};

/** A job is offered this often before it goes to the dead-letter queue. */
const MAX_RECEIVES = 5;
/** As long as SQS keeps anything: offline work may wait for people. */
const RETENTION = Duration.days(14);

/** Jobs in, answers out, and jobs that no intake could take. */
export class BatchQueues extends Construct {
  readonly jobs: Queue;
  readonly jobsDeadLetter: Queue;
  readonly results: Queue;
  private readonly replyTo: readonly string[];

  constructor(scope: Construct, id: string, props: BatchQueuesProps) {
    super(scope, id);
    this.replyTo = props.replyTo;
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

  /** Deliver answers: to the results queue, and to the queues that the configuration lists (their owners must let this account in). */
  grantAnswer(grantee: IGrantable): Grant {
    const resourceArns = [this.results.queueArn, ...new Set(this.replyTo.map((url) => arnOf(Stack.of(this).partition, url)))];
    return Grant.addToPrincipal({ grantee, actions: ['sqs:SendMessage'], resourceArns });
  }
}

/** The ARN that a queue's URL names: `https://sqs.<region>.amazonaws.com/<account>/<name>`. */
function arnOf(partition: string, url: string): string {
  const [, region, account, name] = /^https:\/\/sqs\.([a-z0-9-]+)\.[a-z.]+\/(\d{12})\/([\w.-]+)$/.exec(url) ?? [];
  if (name === undefined) throw new RangeError(`batch.replyTo: "${url}" is not the URL of an SQS queue`);
  return `arn:${partition}:sqs:${region}:${account}:${name}`;
}
