import { Validations } from 'aws-cdk-lib';
import { Effect, type Grant, type IGrantable, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

export type AlertTopicProps = { readonly email: readonly string[] };

/** Where breakers that trip and money that drifts are told at once. Each address confirms its subscription once, by mail. */
export class AlertTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: AlertTopicProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Resource', { enforceSSL: true });
    for (const address of props.email) this.topic.addSubscription(new EmailSubscription(address));
    // A topic policy of our own replaces the default one, so alarms must be let in by name.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': this.topic.env.account } },
      }),
    );
    Validations.of(this.topic).acknowledge({
      id: 'AwsSolutions-SNS2',
      reason: 'alerts carry names, counts and dollars, never prompt text; CloudWatch cannot publish under the AWS-managed key',
    });
  }

  grantPublish(grantee: IGrantable): Grant {
    return this.topic.grantPublish(grantee);
  }
}
