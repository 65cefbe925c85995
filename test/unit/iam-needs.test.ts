import { describe, expect, it } from 'vitest';
import type { AwsCall } from '../../local/backend.ts';
import { needsOf } from '../../local/iam/requests.ts';
import type { JsonObject } from '../../local/json.ts';

const HAIKU = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
const PROFILE = 'arn:aws:bedrock:us-east-1:000000000000:application-inference-profile/abc';
const source = (arn: string) => (arn === PROFILE ? `arn:aws:bedrock:us-east-1:000000000000:inference-profile/${HAIKU}` : undefined);

const call = (
  service: string,
  method: string,
  url: string,
  more: { target?: string; body?: string; form?: boolean; copy?: string } = {},
): AwsCall => ({
  service,
  method,
  url,
  headers: {
    ...(more.target === undefined ? {} : { 'x-amz-target': `Service.${more.target}` }),
    ...(more.form === true ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
    ...(more.copy === undefined ? {} : { 'x-amz-copy-source': more.copy }),
  },
  body: Buffer.from(more.body ?? ''),
  caller: { kind: 'role', roleId: 'Role', sessionName: 'fn' },
});
const json = (service: string, target: string, body: JsonObject) => call(service, 'POST', '/', { target, body: JSON.stringify(body) });
const needs = (of: AwsCall) => needsOf(of, source)?.map(({ action, resource }) => `${action} ${resource}`);

const TABLE = 'arn:aws:dynamodb:us-east-1:000000000000:table/T';
const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:q';
const LAMBDA = 'arn:aws:lambda:us-east-1:000000000000:function:f';

describe('what IAM asks for', () => {
  it.each<[string, AwsCall, string[]]>([
    ['an index', json('dynamodb', 'Query', { TableName: 'T', IndexName: 'I' }), [`dynamodb:Query ${TABLE}/index/I`]],
    [
      'a batch of writes',
      json('dynamodb', 'BatchWriteItem', { RequestItems: { T: [{ PutRequest: { Item: {} } }] } }),
      [`dynamodb:BatchWriteItem ${TABLE}`],
    ],
    [
      'a transaction: the rights of its parts',
      json('dynamodb', 'TransactWriteItems', { TransactItems: [{ Put: { TableName: 'T' } }, { ConditionCheck: { TableName: 'T' } }] }),
      [`dynamodb:PutItem ${TABLE}`, `dynamodb:ConditionCheckItem ${TABLE}`],
    ],
    [
      'a batch of messages: the single action',
      json('sqs', 'DeleteMessageBatch', { QueueUrl: 'http://x/0/q' }),
      [`sqs:DeleteMessage ${QUEUE}`],
    ],
    ['a queue looked up by name', json('sqs', 'GetQueueUrl', { QueueName: 'q' }), [`sqs:GetQueueUrl ${QUEUE}`]],
    ['a part of an upload', call('s3', 'PUT', '/b/k?partNumber=1&uploadId=u'), ['s3:PutObject arn:aws:s3:::b/k']],
    ['an upload given up', call('s3', 'DELETE', '/b/k?uploadId=u'), ['s3:AbortMultipartUpload arn:aws:s3:::b/k']],
    ['an encoded key', call('s3', 'GET', '/b/a%20b/c'), ['s3:GetObject arn:aws:s3:::b/a b/c']],
    ['a listing', call('s3', 'GET', '/b?list-type=2&prefix=x'), ['s3:ListBucket arn:aws:s3:::b']],
    [
      'a copy: both ends',
      call('s3', 'PUT', '/b/k', { copy: '/a/from' }),
      ['s3:PutObject arn:aws:s3:::b/k', 's3:GetObject arn:aws:s3:::a/from'],
    ],
    [
      'a removal of many: each',
      call('s3', 'POST', '/b?delete', { body: '<Delete><Object><Key>x</Key></Object><Object><Key>y</Key></Object></Delete>' }),
      ['s3:DeleteObject arn:aws:s3:::b/x', 's3:DeleteObject arn:aws:s3:::b/y'],
    ],
    [
      'settings by path',
      json('ssm', 'GetParametersByPath', { Path: '/spillway/s/' }),
      ['ssm:GetParametersByPath arn:aws:ssm:us-east-1:000000000000:parameter/spillway/s'],
    ],
    [
      'a function’s alias',
      call('lambda', 'POST', '/2015-03-31/functions/f/invocations?Qualifier=a'),
      [`lambda:InvokeFunction ${LAMBDA}:a`],
    ],
    [
      'a model in our region',
      call('bedrock', 'POST', '/model/amazon.nova-lite-v1%3A0/converse'),
      ['bedrock:InvokeModel arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0'],
    ],
    ['who am I: nothing', call('sts', 'POST', '/'), []],
  ])('%s', (_, of, expected) => {
    expect(needs(of)).toEqual(expected);
  });

  it('a profile: the right to it, and to the model in every region behind it, named as called through it', () => {
    const found = needsOf(call('bedrock', 'POST', `/model/${encodeURIComponent(PROFILE)}/converse-stream`), source) ?? [];
    const model = 'foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0';
    expect(found.map(({ resource }) => resource)).toEqual([
      PROFILE,
      `arn:aws:bedrock:us-east-1::${model}`,
      `arn:aws:bedrock:us-east-2::${model}`,
      `arn:aws:bedrock:us-west-2::${model}`,
    ]);
    expect(new Set(found.map(({ action }) => action))).toEqual(new Set(['bedrock:InvokeModelWithResponseStream']));
    expect(found.slice(1).every(({ context }) => context?.['bedrock:InferenceProfileArn'] === PROFILE)).toBe(true);
  });

  it('the partition key that an item, a key or a query names', () => {
    const keys = (target: string, body: JsonObject) => needsOf(json('dynamodb', target, { TableName: 'T', ...body }), source)?.[0]?.context;
    const expected = { 'dynamodb:LeadingKeys': ['a'] };
    expect(keys('PutItem', { Item: { pk: { S: 'a' } } })).toEqual(expected);
    expect(keys('DeleteItem', { Key: { pk: { S: 'a' }, sk: { S: 'b' } } })).toEqual(expected);
    const query = { KeyConditionExpression: '#p = :p AND sk > :s', ExpressionAttributeNames: { '#p': 'pk' } };
    expect(keys('Query', { ...query, ExpressionAttributeValues: { ':p': { S: 'a' }, ':s': { S: 'b' } } })).toEqual(expected);
  });

  it('mail: the sender’s identity, and raw messages by their own action', () => {
    const raw = Buffer.from(
      'From: Spillway\r\n <Mail@Acme.example>\r\nTo: x@y.example, Z <z@y.example>\r\n\r\nFrom: other@z.example',
    ).toString('base64');
    const body = new URLSearchParams({ Action: 'SendRawEmail', 'RawMessage.Data': raw }).toString();
    expect(needsOf(call('ses', 'POST', '/', { body, form: true }), source)).toEqual([
      {
        action: 'ses:SendRawEmail',
        resource: 'arn:aws:ses:us-east-1:000000000000:identity/mail@acme.example',
        context: { 'ses:FromAddress': 'mail@acme.example', 'ses:Recipients': ['x@y.example', 'z@y.example'] },
      },
    ]);
  });

  it.each([
    json('dynamodb', 'DeleteTable', { TableName: 'T' }),
    json('sqs', 'DeleteQueue', { QueueUrl: 'http://x/0/q' }),
    call('s3', 'PUT', '/b'),
    call('lambda', 'GET', '/2015-03-31/functions/f'),
    call('bedrock', 'GET', '/guardrails'),
    call('kinesis', 'POST', '/'),
  ])('nothing that it does not know: $service $method $url', (of) => {
    expect(needsOf(of, source)).toBeUndefined();
  });
});
