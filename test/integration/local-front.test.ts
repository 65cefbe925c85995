import { AccessDeniedException, BedrockClient, CreateModelInvocationJobCommand } from '@aws-sdk/client-bedrock';
import { BedrockRuntimeClient, ConverseCommand, AccessDeniedException as RuntimeAccessDenied } from '@aws-sdk/client-bedrock-runtime';
import { DeleteItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { MessageRejected, SESClient, SendRawEmailCommand } from '@aws-sdk/client-ses';
import { AuthorizationErrorException, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLocalFront } from '../support/local-front.ts';
import { SMALL_TEMPLATE } from '../support/small-template.ts';

let stack: Awaited<ReturnType<typeof startLocalFront>>;
beforeAll(async () => {
  stack = await startLocalFront(SMALL_TEMPLATE);
  stack.backends.set('bedrock', async (_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ output: {}, stopReason: 'end_turn', usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 } }));
  });
});
afterAll(() => stack.stop());

const item = (pk: string) => ({ pk: { S: pk }, sk: { S: 'x' } });
const denied = (name: string) => expect.objectContaining({ name, message: expect.stringContaining('is not authorized to perform') });

describe('a role at the table', () => {
  it('may do what its policy allows, and no more', async () => {
    const dynamodb = new DynamoDBClient(stack.as('Role'));
    const TableName = stack.template.output('Table');
    await dynamodb.send(new PutItemCommand({ TableName, Item: item('usage#1') }));
    const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: 'usage#1' } } };
    expect((await dynamodb.send(new QueryCommand({ TableName, ...query }))).Count).toBe(1);
    await expect(dynamodb.send(new GetItemCommand({ TableName, Key: item('usage#1') }))).rejects.toEqual(denied('AccessDeniedException'));
  });

  it('is held to the partition keys that a condition names', async () => {
    const dynamodb = new DynamoDBClient(stack.as('Role'));
    const TableName = stack.template.output('Table');
    await dynamodb.send(new DeleteItemCommand({ TableName, Key: item('rollup#2026-11-22') }));
    await expect(dynamodb.send(new DeleteItemCommand({ TableName, Key: item('usage#1') }))).rejects.toEqual(
      denied('AccessDeniedException'),
    );
  });
});

describe('the operator', () => {
  it('is checked against no policy', async () => {
    const found = await new DynamoDBClient(stack.operator).send(
      new GetItemCommand({ TableName: stack.template.output('Table'), Key: item('usage#1') }),
    );
    expect(found.Item).toEqual(item('usage#1'));
  });
});

describe('a role at a queue', () => {
  it('sends batches with the right to send, and cannot receive', async () => {
    const sqs = new SQSClient(stack.as('Role'));
    const QueueUrl = stack.template.output('Queue');
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'a', MessageBody: 'hello' }] }));
    await expect(sqs.send(new ReceiveMessageCommand({ QueueUrl }))).rejects.toEqual(denied('AccessDenied'));
  });

  it('finds the queue at the front, with the template’s redrive', async () => {
    const sqs = new SQSClient(stack.operator);
    const QueueName = stack.template.name('Jobs');
    expect((await sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl).toBe(`${stack.url}/000000000000/${QueueName}`);
    const QueueUrl = stack.template.output('Queue');
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    expect(Attributes).toMatchObject({ VisibilityTimeout: '30', RedrivePolicy: expect.stringContaining('"maxReceiveCount":2') });
  });
});

describe('a role at the bucket', () => {
  const Bucket = () => stack.template.name('Files');

  it('puts and gets under its prefix only', async () => {
    const s3 = new S3Client(stack.as('Role'));
    await s3.send(new PutObjectCommand({ Bucket: Bucket(), Key: 'reports/2026-W47.html', Body: 'page' }));
    const got = await s3.send(new GetObjectCommand({ Bucket: Bucket(), Key: 'reports/2026-W47.html' }));
    expect(await got.Body?.transformToString()).toBe('page');
    await expect(s3.send(new PutObjectCommand({ Bucket: Bucket(), Key: 'batch/x', Body: 'page' }))).rejects.toEqual(denied('AccessDenied'));
  });

  it('uploads a large file in parts', async () => {
    const s3 = new S3Client(stack.as('Role'));
    await new Upload({ client: s3, params: { Bucket: Bucket(), Key: 'reports/large', Body: Buffer.alloc(12_000_000, 'x') } }).done();
    expect((await s3.send(new HeadObjectCommand({ Bucket: Bucket(), Key: 'reports/large' }))).ContentLength).toBe(12_000_000);
  });

  it('refuses a single PUT that the local store cannot take, without hanging', async () => {
    const s3 = new S3Client(stack.operator);
    const tooLarge = (bytes: number) => s3.send(new PutObjectCommand({ Bucket: Bucket(), Key: 'x', Body: Buffer.alloc(bytes) }));
    await expect(tooLarge(11_000_000)).rejects.toMatchObject({ name: 'EntityTooLarge' });
  });

  it('hears of a missing key only with the right to list', async () => {
    const s3 = new S3Client(stack.as('Role'));
    const missing = () => s3.send(new GetObjectCommand({ Bucket: Bucket(), Key: 'reports/none' }));
    await expect(missing()).rejects.toMatchObject({ name: 'NoSuchKey' });
    const restore = stack.guard.withoutAction('Role', 's3:ListBucket');
    await expect(missing()).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(s3.send(new ListObjectsV2Command({ Bucket: Bucket() }))).rejects.toMatchObject({ name: 'AccessDenied' });
    restore();
    await expect(missing()).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});

describe('a role at mail and alerts', () => {
  const raw = (from: string) => ({
    RawMessage: { Data: Buffer.from(`From: Spillway <${from}>\r\nTo: b@acme.example\r\nSubject: Hi\r\n\r\ntext`) },
  });

  it('sends from its identity alone', async () => {
    const ses = new SESClient(stack.as('Role'));
    await ses.send(new SendRawEmailCommand(raw('from@acme.example')));
    const inbox: unknown = await (await fetch(`${stack.inboxUrl}/store`)).json();
    expect(inbox).toMatchObject({ emails: [{ subject: 'Hi', destination: { to: ['b@acme.example'] } }] });
    await expect(ses.send(new SendRawEmailCommand(raw('other@acme.example')))).rejects.toEqual(denied('AccessDenied'));
  });

  it('is refused by SES itself when the sender is not verified', async () => {
    const send = new SESClient(stack.operator).send(new SendRawEmailCommand(raw('other@acme.example')));
    await expect(send).rejects.toBeInstanceOf(MessageRejected);
    await expect(send).rejects.toThrow('not verified');
  });

  it('publishes to its topic, and to no other', async () => {
    const sns = new SNSClient(stack.as('Role'));
    const TopicArn = stack.template.ref('Alerts');
    expect((await sns.send(new PublishCommand({ TopicArn, Message: 'x' }))).MessageId).toBeDefined();
    const other = sns.send(new PublishCommand({ TopicArn: `${TopicArn}-other`, Message: 'x' }));
    await expect(other).rejects.toBeInstanceOf(AuthorizationErrorException);
  });
});

describe('a role at Bedrock', () => {
  const converse = (modelId: string) =>
    new BedrockRuntimeClient(stack.as('Role')).send(
      new ConverseCommand({ modelId, messages: [{ role: 'user', content: [{ text: 'x' }] }] }),
    );

  it('calls a model through its profile, over HTTP/2', async () => {
    expect((await converse(stack.template.attribute('Profile', 'InferenceProfileArn'))).stopReason).toBe('end_turn');
  });

  it('may not call a model that the template does not name', async () => {
    await expect(converse('us.anthropic.claude-opus-4-5-20251101-v1:0')).rejects.toBeInstanceOf(RuntimeAccessDenied);
  });

  it('starts a batch job only with the right to pass the job’s role', async () => {
    const create = () =>
      new BedrockClient(stack.as('Role')).send(
        new CreateModelInvocationJobCommand({
          jobName: 'j',
          modelId: 'amazon.nova-lite-v1:0',
          roleArn: stack.template.attribute('BatchRole', 'Arn'),
          inputDataConfig: { s3InputDataConfig: { s3Uri: 's3://x/in' } },
          outputDataConfig: { s3OutputDataConfig: { s3Uri: 's3://x/out/' } },
        }),
      );
    await create();
    const restore = stack.guard.withoutAction('Role', 'iam:PassRole');
    await expect(create()).rejects.toBeInstanceOf(AccessDeniedException);
    restore();
    await create();
  });

  it('has a batch role that Bedrock may assume and Lambda may not, and that may not call the model', async () => {
    const arn = stack.template.attribute('BatchRole', 'Arn');
    expect(await stack.guard.assume(arn, 'bedrock.amazonaws.com')).toBeUndefined();
    expect(await stack.guard.assume(arn, 'lambda.amazonaws.com')).toMatchObject({ action: 'sts:AssumeRole' });
    expect(await stack.guard.batchRefusal(arn, 'amazon.nova-lite-v1:0')).toContain('bedrock:InvokeModel');
  });
});

describe('the front', () => {
  it('refuses what has no signature, and services that it does not have', async () => {
    expect((await fetch(stack.url)).status).toBe(403);
    const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/kinesis/aws4_request' };
    expect((await fetch(stack.url, { method: 'POST', headers })).status).toBe(404);
  });

  it('refuses a role’s call that no mapping covers, and lists it', async () => {
    const headers = {
      authorization: `AWS4-HMAC-SHA256 Credential=${stack.as('Role').credentials.accessKeyId}/20260101/us-east-1/sqs/aws4_request`,
    };
    const answer = await fetch(stack.url, { method: 'POST', headers: { ...headers, 'x-amz-target': 'AmazonSQS.DeleteQueue' } });
    expect(answer.status).toBe(403);
    expect(stack.guard.denials().at(-1)).toMatchObject({ roleId: 'Role', action: 'sqs:DeleteQueue' });
  });

  it('knows which granted actions were used', async () => {
    const granted = (await stack.guard.granted()).get('Role');
    const observed = stack.guard.observed().get('Role');
    expect([...(granted ?? [])].filter((action) => !observed?.has(action))).toEqual([]);
  });
});
