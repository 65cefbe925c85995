import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bedrockBatch } from '../../functions/adapters/bedrock-batch.ts';
import { s3Blobs } from '../../functions/adapters/s3-blobs.ts';
import { sqsAnswers } from '../../functions/adapters/sqs-answers.ts';
import type { BatchRecord } from '../../functions/core/batch-record.ts';
import type { JobAnswer } from '../../functions/core/wire/job.ts';
import { type BedrockStandIn, bedrockStandIn } from '../../local/bedrock/stand-in.ts';
import { Clock } from '../../local/clock.ts';
import { type QueueEmulator, startFauxqs } from '../../local/emulators/fauxqs.ts';
import { serveBackend } from '../support/backend-server.ts';
import { modelSettings } from '../support/settings.ts';

const BUCKET = 'files';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const HAIKU = modelSettings('haiku', 1, 5, { modelId: 'us.anthropic.claude-haiku-4-5-20251001-v1:0', rejectedParameters: ['topP'] });
const clock = new Clock();

let faux: QueueEmulator;
let standIn: BedrockStandIn;
let stores: Awaited<ReturnType<typeof serveBackend>>;
let bedrock: Awaited<ReturnType<typeof serveBackend>>;
let sqs: SQSClient;
let results: string;
let replies: string;

beforeAll(async () => {
  faux = await startFauxqs(undefined, () => stores.url);
  stores = await serveBackend((call, response) => faux.backend(call, response));
  const client = { endpoint: stores.url, region: 'us-east-1', credentials };
  standIn = bedrockStandIn({ clock, profileSource: () => undefined, s3For: () => new S3Client({ ...client, forcePathStyle: true }) });
  bedrock = await serveBackend(standIn.backend);
  process.env['AWS_ENDPOINT_URL_S3'] = stores.url;
  process.env['AWS_ENDPOINT_URL_SQS'] = stores.url;
  process.env['AWS_ENDPOINT_URL_BEDROCK'] = bedrock.url;
  process.env['AWS_REGION'] = 'us-east-1';
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
  await new S3Client({ ...client, forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: BUCKET }));
  sqs = new SQSClient(client);
  results = (await sqs.send(new CreateQueueCommand({ QueueName: 'results' }))).QueueUrl ?? '';
  replies = (await sqs.send(new CreateQueueCommand({ QueueName: 'replies' }))).QueueUrl ?? '';
});
afterAll(async () => {
  await stores.close();
  await bedrock.close();
  await faux.stop();
});

const blobs = s3Blobs({ BUCKET });
const linesOf = (count: number): string[] => Array.from({ length: count }, (_, index) => `line ${index} ü`);

describe('files in S3', () => {
  it('come back as they were put, and are undefined where there is none', async () => {
    await blobs.put('a/one.json', '{"ü":1}', 'application/json');
    expect(await blobs.get('a/one.json')).toBe('{"ü":1}');
    expect(await blobs.get('a/none.json')).toBeUndefined();
  });

  it('are read line by line, and written from a stream of more than one part', async () => {
    const lines = Array.from({ length: 60_000 }, (_, index) => `${index} ${'x'.repeat(120)}`);
    async function* chunks() {
      for (const line of lines) yield `${line}\n`;
    }
    await blobs.putStream('b/large.jsonl', chunks(), 'application/x-ndjson');
    const read: string[] = [];
    for await (const line of blobs.lines('b/large.jsonl')) read.push(line);
    expect(read).toEqual(lines);
  });

  it('fail as a store when a file that must be there is not', async () => {
    const read = async () => {
      for await (const line of blobs.lines('b/none.jsonl')) expect(line).toBe('nothing');
    };
    await expect(read()).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('are listed by prefix', async () => {
    for (const name of ['c/1', 'c/2', 'd/3']) await blobs.put(name, 'x', 'text/plain');
    expect(await Array.fromAsync(blobs.list('c/'))).toEqual(['c/1', 'c/2']);
  });
});

describe('a Bedrock batch job', () => {
  const provider = bedrockBatch({ BUCKET, BATCH_ROLE_ARN: 'arn:aws:iam::000000000000:role/batch' }, blobs);
  const request = (text: string) => ({
    messages: [{ role: 'user', content: [{ text }, { cachePoint: { type: 'default' } }] }] as const,
    inferenceConfig: { topP: 0.5, temperature: 0 },
  });
  const submission = (name: string) => ({
    ...{ name, token: `${name}-token-0123456789`, model: HAIKU },
    ...{ inputKey: `batch/${name}/input.jsonl`, outputPrefix: `batch/${name}/output/` },
  });
  const write = (name: string, records: number) => {
    const lines = linesOf(records).map((text, index) => provider.inputLine(`R${index}`, request(text), 50, HAIKU));
    return blobs.put(`batch/${name}/input.jsonl`, `${lines.join('\n')}\n`, 'application/x-ndjson');
  };

  it('is created once for one token, found by its name, and its records read in whatever order', async () => {
    await write('whole', 100);
    const created = await provider.create(submission('whole'));
    expect(created).toEqual(await provider.create(submission('whole')));
    const ref = created.kind === 'created' ? created.ref : '';
    expect(await provider.findByName('whole')).toMatchObject({ ref, phase: 'running' });
    expect(await provider.findByName('who')).toBeUndefined();
    await standIn.advanceBatch();
    expect(await provider.get(ref)).toMatchObject({ phase: 'ended', status: 'Completed', endedAtMs: expect.any(Number) });
    const records = await Array.fromAsync(provider.records('batch/whole/output/'));
    expect(records.every((record) => record.kind === 'succeeded' && (record.usage?.input ?? 0) > 0)).toBe(true);
    const ids = records.map((record: BatchRecord) => (record.kind === 'unreadable' ? '' : record.recordId));
    expect(ids.toSorted()).toEqual(
      linesOf(100)
        .map((_, index) => `R${index}`)
        .toSorted(),
    );
  });

  it('that is gone is undefined, and an input that is refused says why', async () => {
    expect(await provider.get('arn:aws:bedrock:us-east-1:000000000000:model-invocation-job/abcdefghijkl')).toBeUndefined();
    const unknown = { ...submission('unknown'), model: { ...HAIKU, modelId: 'us.nobody.nothing-v1:0' } };
    expect(await provider.create(unknown)).toMatchObject({ kind: 'rejected', message: expect.any(String) });
  });

  it('tells a truncated line from a failed record', async () => {
    const good = '{"recordId":"R0","error":{"errorCode":400,"errorMessage":"no"}}';
    await blobs.put('batch/cut/output/x/input.jsonl.out', `${good}\n{"recordId":"R1","modelOut`, 'application/x-ndjson');
    await blobs.put('batch/cut/output/x/manifest.json.out', '{}', 'application/json');
    expect(await Array.fromAsync(provider.records('batch/cut/output/'))).toEqual([
      { kind: 'failed', recordId: 'R0', reason: '400 no' },
      { kind: 'unreadable' },
    ]);
  });
});

describe('an answer’s delivery', () => {
  const queue = () => sqsAnswers({ RESULTS_QUEUE_URL: results, BUCKET });
  const answer = (text: string): JobAnswer => ({
    ...{ answerId: 'a', jobId: 'j', feature: 'f', template: 't', status: 'succeeded', costUsd: '0', mode: 'batch' },
    output: { message: { role: 'assistant', content: [{ text }] } },
  });
  const receive = async (QueueUrl: string): Promise<JobAnswer> => {
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }));
    return JSON.parse(Messages?.[0]?.Body ?? '{}');
  };

  it('goes to the reply queue, and to the results queue where that one is gone', async () => {
    await queue().deliver(answer('for you'), replies);
    expect(await receive(replies)).toEqual(answer('for you'));
    await queue().deliver(answer('for whom'), `${replies}-gone`);
    expect(await receive(results)).toEqual(answer('for whom'));
  });

  it('names the file where the output would pass the queue’s limit', async () => {
    await queue().deliver(answer('x'.repeat(1_100_000)), undefined);
    const { output: _, ...rest } = answer('');
    expect(await receive(results)).toEqual({ ...rest, outputS3Uri: `s3://${BUCKET}/results/f/j.json` });
  });
});
