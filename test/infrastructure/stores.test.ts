import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { allowing, statementsOf, templateOf } from '../support/synthesized.ts';

const template = templateOf();
const LEDGER = /Ledger/;
const ROLES_THAT_RECORD = /^(Router|Gateway|BatchSubmitterFunction|BatchHarvester|Compactor)/;

describe('the money tables', () => {
  it('survive the stack, under names that an upgrade of the CDK does not change', () => {
    const tables = template.findResources('AWS::DynamoDB::GlobalTable', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(Object.keys(tables).sort()).toEqual(['FoundationControl457F748F', 'FoundationLedgerB9B4411C']);
  });

  it('can be taken back to any second of the last weeks', () => {
    template.allResourcesProperties('AWS::DynamoDB::GlobalTable', {
      Replicas: [Match.objectLike({ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } })],
    });
  });

  it('cost nothing while idle, and drop what has expired', () => {
    template.allResourcesProperties('AWS::DynamoDB::GlobalTable', {
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
  });
});

describe('a recorder', () => {
  const statements = statementsOf(template, ROLES_THAT_RECORD);

  it('can append to the ledger', () => {
    expect(allowing(statements, 'dynamodb:PutItem', LEDGER)).not.toHaveLength(0);
  });

  it('cannot delete an entry, nor change one in place', () => {
    const all = statementsOf(template, /./);
    const marksOnly = { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['dirty'] } };
    for (const statement of allowing(all, 'dynamodb:DeleteItem', LEDGER)) expect(statement.Condition).toEqual(marksOnly);
    expect(allowing(all, 'dynamodb:UpdateItem', LEDGER)).toEqual([]);
    expect(allowing(all, 'dynamodb:BatchWriteItem', LEDGER)).toEqual([]);
  });
});

describe('the control table', () => {
  it('loses nothing but chunks whose records are answered: no gate, run or job is ever deleted', () => {
    const deleting = allowing(statementsOf(template, /./), 'dynamodb:DeleteItem', /Control/);
    const chunksOnly = { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['batch#chunks'] } };
    expect(deleting.map((statement) => statement.Condition)).toEqual([chunksOnly, chunksOnly]);
  });
});

describe('the bucket', () => {
  it('survives the stack, closed to the public and to plain HTTP', () => {
    template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Retain' });
    template.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })]),
      },
    });
  });

  it.each([
    ['batch/', 7],
    ['requests/', 7],
    ['results/', 30],
  ])('forgets what is under %s after %i days', (prefix, days) => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: { Rules: Match.arrayWith([Match.objectLike({ Prefix: prefix, ExpirationInDays: days, Status: 'Enabled' })]) },
    });
  });
});
