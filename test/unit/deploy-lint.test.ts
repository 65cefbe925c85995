import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../local/json.ts';
import { lintTemplate } from '../../local/lint.ts';
import { Template } from '../../local/template.ts';

let assemblyDir: string;
beforeAll(() => {
  assemblyDir = mkdtempSync(join(tmpdir(), 'spillway-lint-'));
  mkdirSync(join(assemblyDir, 'asset.a'));
  writeFileSync(join(assemblyDir, 'asset.a', 'index.mjs'), '');
});
afterAll(() => rmSync(assemblyDir, { recursive: true }));

const lambda = (properties: JsonObject = {}): JsonObject => ({
  Type: 'AWS::Lambda::Function',
  Properties: { Handler: 'index.handler', Code: { S3Key: 'a.zip' }, Timeout: 60, ...properties },
});
const granting = (action: string): JsonObject => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: { Statement: [] },
    Policies: [{ PolicyDocument: { Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] } }],
  },
});
const rule: JsonObject = {
  Type: 'AWS::Events::Rule',
  Properties: { Targets: [{ Arn: { 'Fn::GetAtt': ['Fn', 'Arn'] }, Id: 'Target0' }] },
};
const permission: JsonObject = {
  Type: 'AWS::Lambda::Permission',
  Properties: {
    Action: 'lambda:InvokeFunction',
    FunctionName: { 'Fn::GetAtt': ['Fn', 'Arn'] },
    Principal: 'events.amazonaws.com',
    SourceArn: { 'Fn::GetAtt': ['Rule', 'Arn'] },
  },
};
const mapping: JsonObject = {
  Type: 'AWS::Lambda::EventSourceMapping',
  Properties: { EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] }, FunctionName: { Ref: 'Fn' } },
};

const problems = (Resources: JsonObject) =>
  lintTemplate(
    new Template(
      { Resources },
      {
        stackName: 's',
        assemblyDir,
        assets: { a: { source: { path: 'asset.a' } } },
        addresses: { endpoint: () => 'http://x', functionUrl: () => '' },
      },
    ),
  );

const role: JsonObject = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } };
const managed = (action: string): JsonObject => ({
  Type: 'AWS::IAM::ManagedPolicy',
  Properties: { Roles: [{ Ref: 'Role' }], PolicyDocument: { Statement: [{ Effect: 'Allow', Action: [action], Resource: '*' }] } },
});

describe('what a deploy would refuse', () => {
  it('is not found in a stack in order', async () => {
    const queue = { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 60 } };
    const Resources = { Fn: lambda(), Rule: rule, May: permission, Queue: queue, Source: mapping, Role: granting('sqs:SendMessage') };
    expect(await problems(Resources)).toEqual([]);
  });

  it.each<[string, JsonObject, string]>([
    ['too much environment', { Fn: lambda({ Environment: { Variables: { X: 'x'.repeat(4096) } } }) }, 'Fn: 4097 bytes'],
    ['a reserved variable', { Fn: lambda({ Environment: { Variables: { AWS_REGION: 'x' } } }) }, 'AWS_REGION'],
    ['a handler without its file', { Fn: lambda({ Handler: 'main.handler' }) }, 'main.handler'],
    ['a rule that may not invoke its target', { Fn: lambda(), Rule: rule }, 'Rule: no permission'],
    [
      'a queue that shows messages again too soon',
      { Fn: lambda(), Queue: { Type: 'AWS::SQS::Queue' }, Source: mapping },
      'Source: the queue',
    ],
    ['an action that does not exist', { Role: granting('bedrock:Converse') }, 'Role: IAM knows no action bedrock:Converse'],
    ['policies over the size of a role', { Role: granting(`s3:${'Get'.repeat(4000)}*`) }, 'characters of policy'],
    ['a managed policy over its size', { Role: role, Large: managed(`s3:${'Get'.repeat(2100)}*`) }, 'Large: 6'],
    [
      'more managed policies than a role may have',
      { Role: role, ...Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`P${at}`, managed('s3:GetObject')])) },
      'Role: 11 managed policies',
    ],
    ['a parameter over its size', { P: { Type: 'AWS::SSM::Parameter', Properties: { Value: 'x'.repeat(4097) } } }, 'P: 4097 bytes'],
  ])('is named: %s', async (_, Resources, expected) => {
    expect(await problems(Resources)).toEqual([expect.stringContaining(expected)]);
  });
});
