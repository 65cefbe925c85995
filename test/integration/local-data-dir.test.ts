import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDataDir } from '../../local/data-dir.ts';
import { type JsonObject, object } from '../../local/json.ts';
import { startLocalFront } from '../support/local-front.ts';
import { SMALL_TEMPLATE } from '../support/small-template.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'spillway-data-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

/** The small template with another visibility timeout, as after a change of the configuration. */
function withVisibility(seconds: number): JsonObject {
  const resources = object(SMALL_TEMPLATE['Resources'], 'Resources');
  const queue = object(resources['Jobs'], 'Jobs');
  const properties = { ...object(queue['Properties'], 'Jobs'), VisibilityTimeout: seconds };
  return { ...SMALL_TEMPLATE, Resources: { ...resources, Jobs: { ...queue, Properties: properties } } };
}

describe('a data directory', () => {
  it('keeps items, files and messages across a restart on another port, and takes a changed template', async () => {
    const key = { pk: { S: 'a' }, sk: { S: 'b' } };
    const first = await startLocalFront(SMALL_TEMPLATE, dataDir);
    const [TableName, Bucket] = [first.template.output('Table'), first.template.name('Files')];
    await new DynamoDBClient(first.operator).send(new PutItemCommand({ TableName, Item: key }));
    await new S3Client(first.operator).send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'kept' }));
    await new SQSClient(first.operator).send(new SendMessageCommand({ QueueUrl: first.template.output('Queue'), MessageBody: 'kept' }));
    await first.stop();

    const second = await startLocalFront(withVisibility(77), dataDir);
    expect((await new DynamoDBClient(second.operator).send(new GetItemCommand({ TableName, Key: key }))).Item).toEqual(key);
    const file = await new S3Client(second.operator).send(new GetObjectCommand({ Bucket, Key: 'k' }));
    expect(await file.Body?.transformToString()).toBe('kept');
    const sqs = new SQSClient(second.operator);
    const QueueUrl = second.template.output('Queue');
    expect((await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages).toMatchObject([{ Body: 'kept' }]);
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['VisibilityTimeout'] }));
    expect(Attributes).toEqual({ VisibilityTimeout: '77' });
    await second.stop();
  });

  it('gives messages back that were in flight: who had them is gone', async () => {
    const first = await startLocalFront(SMALL_TEMPLATE, dataDir);
    const [before, QueueUrl] = [new SQSClient(first.operator), first.template.output('Queue')];
    await before.send(new SendMessageCommand({ QueueUrl, MessageBody: 'in hand' }));
    expect((await before.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 600 }))).Messages).toHaveLength(1);
    await first.stop();

    const second = await startLocalFront(SMALL_TEMPLATE, dataDir);
    const after = new SQSClient(second.operator);
    const receive = new ReceiveMessageCommand({ QueueUrl: second.template.output('Queue'), MessageSystemAttributeNames: ['All'] });
    const { Messages } = await after.send(receive);
    expect(Messages).toMatchObject([{ Body: 'in hand', Attributes: { ApproximateReceiveCount: '2' } }]);
    await second.stop();
  });

  it('gives a message back when its receiver does', async () => {
    const front = await startLocalFront(SMALL_TEMPLATE, dataDir);
    const [sqs, QueueUrl] = [new SQSClient(front.operator), front.template.output('Queue')];
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'not now' }));
    const [message] = (await sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 600 }))).Messages ?? [];
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 0 }));
    expect((await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages).toMatchObject([{ Body: 'not now' }]);
    await front.stop();
  });

  it('belongs to one living process, and says to which', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    try {
      writeFileSync(join(dataDir, 'lock'), String(other.pid));
      expect(() => lockDataDir(dataDir)).toThrow(`in use by process ${other.pid}`);
    } finally {
      const gone = new Promise((resolve) => other.on('exit', resolve));
      other.kill('SIGKILL');
      await gone;
    }
    const unlock = lockDataDir(dataDir);
    unlock();
  });
});
