import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { AlertTopic } from './alert-topic.ts';

export type ObservabilityProps = {
  readonly alerts: AlertTopic;
  readonly jobsDeadLetter: Queue;
  /** Functions that nobody waits for: without an alarm their failures would go unseen. */
  readonly background: Readonly<Record<string, LambdaFunction>>;
};

/** A few alarms that need a person, and no others. Callers see the router's own failures. */
export class Observability extends Construct {
  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id);
    const action = new SnsAction(props.alerts.topic);
    this.anyOf(
      'JobsGivenUp',
      'Jobs that the intake could not take are in the dead-letter queue.',
      props.jobsDeadLetter.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: Duration.minutes(5) }),
    ).addAlarmAction(action);
    for (const [name, failing] of Object.entries(props.background)) {
      const metric = failing.metricErrors({ statistic: 'Sum', period: Duration.minutes(15) });
      this.anyOf(`${name}Errors`, `The ${name} fails: see its log.`, metric).addAlarmAction(action);
    }
  }

  private anyOf(id: string, alarmDescription: string, metric: IMetric): Alarm {
    return new Alarm(this, id, {
      alarmDescription,
      metric,
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
