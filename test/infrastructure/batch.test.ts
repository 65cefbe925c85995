import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { allowing, exampleSettings, propertiesOf, statementsOf, templateOf } from '../support/synthesized.ts';

const template = templateOf();
const mapping = z
  .object({ BatchSize: z.number(), MaximumBatchingWindowInSeconds: z.number(), FunctionResponseTypes: z.array(z.string()) })
  .parse(Object.values(propertiesOf(template, 'AWS::Lambda::EventSourceMapping'))[0]);
const queues = propertiesOf(template, 'AWS::SQS::Queue');
const queue = (name: RegExp) => Object.entries(queues).find(([id]) => name.test(id))?.[1] ?? {};
const intakeTimeout = () => {
  const [, intake] = Object.entries(propertiesOf(template, 'AWS::Lambda::Function')).find(([id]) => id.startsWith('BatchIntake')) ?? [];
  return z.number().parse(intake?.['Timeout']);
};

describe('the jobs queue', () => {
  it('hides a message for six intakes and one window, so that none is taken twice at once', () => {
    expect(queue(/QueuesJobs(?!Dead)/)['VisibilityTimeout']).toBeGreaterThanOrEqual(
      6 * intakeTimeout() + mapping.MaximumBatchingWindowInSeconds,
    );
  });

  it('gives a job up to the dead-letter queue after five tries, and keeps it there for two weeks', () => {
    expect(queue(/QueuesJobs(?!Dead)/)['RedrivePolicy']).toMatchObject({ maxReceiveCount: 5 });
    expect(queue(/JobsDeadLetter/)['MessageRetentionPeriod']).toBe(14 * 24 * 3600);
  });

  it('is read in batches of a thousand, each message acknowledged for itself', () => {
    expect(mapping).toMatchObject({
      BatchSize: 1000,
      MaximumBatchingWindowInSeconds: 5,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });
});

describe('the role that Bedrock assumes', () => {
  it('is for batch jobs of this account alone', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          Match.objectLike({
            Principal: { Service: 'bedrock.amazonaws.com' },
            Condition: {
              StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
              ArnEquals: { 'aws:SourceArn': Match.anyValue() },
            },
          }),
        ],
      },
    });
  });

  it('sees staged prompts and nothing else of the bucket', () => {
    const statements = statementsOf(template, /^BatchSubmitterJobRole/);
    const objects = [...allowing(statements, 's3:GetObject'), ...allowing(statements, 's3:PutObject')].flatMap(({ Resource }) => Resource);
    expect(objects.map((resource) => JSON.stringify(resource))).toEqual(objects.map(() => expect.stringContaining('/batch/manifests/*')));
    expect(objects).not.toHaveLength(0);
  });

  it('may call the models of its jobs, as AWS asks for jobs on an inference profile', () => {
    expect(allowing(statementsOf(template, /^BatchSubmitterJobRole/), 'bedrock:InvokeModel')).not.toHaveLength(0);
  });

  it('is handed to Bedrock by the submitter, by nobody else and to nobody else', () => {
    expect(allowing(statementsOf(template, /^BatchSubmitterFunction/), 'iam:PassRole').map(({ Condition }) => Condition)).toEqual([
      { StringEquals: { 'iam:PassedToService': 'bedrock.amazonaws.com' } },
    ]);
    expect(allowing(statementsOf(template, /^(?!BatchSubmitterFunction)/), 'iam:PassRole')).toEqual([]);
  });
});

describe('the harvester', () => {
  it('wakes when a batch job ends, and not before', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.bedrock'],
        'detail-type': ['Batch Inference Job State Change'],
        detail: { status: ['Completed', 'PartiallyCompleted', 'Failed', 'Stopped', 'Expired'] },
      },
    });
  });

  it('also polls, because events are best effort', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'rate(10 minutes)' });
  });
});

describe('answers to queues of a feature', () => {
  it('may be sent to the queues that the configuration lists', () => {
    const feature = exampleSettings.features['ticket-triage'];
    if (feature === undefined) throw new RangeError('the example has no ticket-triage');
    const replyTo = ['https://sqs.eu-central-1.amazonaws.com/123456789012/triage-answers'];
    const changed = templateOf({ settings: { features: { 'ticket-triage': { ...feature, batch: { ...feature.batch, replyTo } } } } });
    const sends = allowing(statementsOf(changed, /^BatchHarvester/), 'sqs:SendMessage', /triage-answers/);
    expect(JSON.stringify(sends[0]?.Resource)).toContain(':sqs:eu-central-1:123456789012:triage-answers');
    expect(allowing(statementsOf(template, /^BatchHarvester/), 'sqs:SendMessage', /triage-answers/)).toEqual([]);
  });
});
