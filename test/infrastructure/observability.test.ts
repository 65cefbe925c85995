import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { propertiesOf, templateOf } from '../support/synthesized.ts';

const template = templateOf();

describe('the alarms', () => {
  it('watch everything that fails where nobody waits for it', () => {
    const ids = Object.keys(propertiesOf(template, 'AWS::CloudWatch::Alarm')).map((id) => id.replace(/^Observability|[0-9A-F]{8}$/g, ''));
    expect(ids.sort()).toEqual(['BatchHarvesterErrors', 'BatchSubmitterErrors', 'CompactorErrors', 'JobsGivenUp', 'WeeklyReportErrors']);
  });

  it('reach the people of the configuration: the topic mails them, and lets CloudWatch in', () => {
    const [topic] = Object.keys(template.findResources('AWS::SNS::Topic'));
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [{ Ref: topic }] });
    template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'oncall@acme.example' });
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Allow', Action: 'sns:Publish', Principal: { Service: 'cloudwatch.amazonaws.com' } }),
        ]),
      },
    });
  });

  it('have logs to look into, which end after three months', () => {
    const groups = Object.values(propertiesOf(template, 'AWS::Logs::LogGroup'));
    expect(groups.map(({ RetentionInDays }) => RetentionInDays)).toEqual(Array.from({ length: 7 }, () => 90));
  });
});
