import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Schedule, type ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';

export type FunctionScheduleProps = {
  readonly target: LambdaFunction;
  readonly schedule: ScheduleExpression;
  readonly description: string;
};

/** Runs a function on time, at least once: the function decides whether there is something to do. */
export class FunctionSchedule extends Construct {
  constructor(scope: Construct, id: string, props: FunctionScheduleProps) {
    super(scope, id);
    const { account } = Stack.of(this);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': account } } }),
    });
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [props.target.functionArn] }));
    new Schedule(this, 'Resource', {
      schedule: props.schedule,
      description: props.description,
      // The target would also grant every version of the function.
      target: new LambdaInvoke(props.target, { role: role.withoutPolicyUpdates() }),
    });
  }
}
