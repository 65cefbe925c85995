import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BedrockClient,
  ConflictException,
  CreateModelInvocationJobCommand,
  GetModelInvocationJobCommand,
  ListModelInvocationJobsCommand,
  StopModelInvocationJobCommand,
} from '@aws-sdk/client-bedrock';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bedrockStandIn } from '../../local/bedrock/stand-in.ts';
import { serveBackend } from '../support/backend-server.ts';
import { type BedrockWorld, bedrockWorld, CREDENTIALS, HAIKU, ROLE, SONNET, user } from '../support/bedrock-world.ts';

let world: BedrockWorld;
beforeAll(async () => {
  world = await bedrockWorld();
});
afterAll(() => world.stop());
beforeEach(() => {
  world.standIn.setBehaviour({});
});

describe('a batch job', () => {
  const record = (n: number, modelInput: unknown = { messages: user(`[[out=20]] record ${n}`), inferenceConfig: { maxTokens: 50 } }) =>
    JSON.stringify({ recordId: `r${n}`, modelInput });
  const input = (name: string, lines: readonly string[]) => world.objects.set(`bucket/in/${name}.jsonl`, `${lines.join('\n')}\n`);
  const create = (name: string, more: { clientRequestToken?: string; modelId?: string } = {}) =>
    world.control.send(
      new CreateModelInvocationJobCommand({
        jobName: name,
        roleArn: ROLE,
        modelId: HAIKU,
        modelInvocationType: 'Converse',
        inputDataConfig: { s3InputDataConfig: { s3Uri: `s3://bucket/in/${name}.jsonl` } },
        outputDataConfig: { s3OutputDataConfig: { s3Uri: 's3://bucket/out/' } },
        ...more,
      }),
    );
  const get = (jobArn: string | undefined) => world.control.send(new GetModelInvocationJobCommand({ jobIdentifier: jobArn }));
  const outputOf = (jobArn = '', name = '') =>
    (world.objects.get(`bucket/out/${jobArn.split('/').at(-1)}/${name}.jsonl.out`) ?? '')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  const many = (n: number) => Array.from({ length: n }, (_, index) => record(index));

  it('answers every record, in another order, beside a manifest, and tells each state', async () => {
    const tooled = { messages: user('x'), toolConfig: { tools: [{ toolSpec: { name: 'a', inputSchema: { json: {} } } }] } };
    input('whole', [...many(119), record(119, tooled)]);
    const { jobArn } = await create('whole');
    expect((await get(jobArn)).status).toBe('Submitted');
    expect(await world.standIn.advanceBatch()).toEqual([jobArn]);
    expect(await get(jobArn)).toMatchObject({ status: 'Completed', totalRecordCount: 120, successRecordCount: 119, errorRecordCount: 1 });
    const output = outputOf(jobArn, 'whole');
    expect(output.map(({ recordId }) => recordId).sort()).toEqual(Array.from({ length: 120 }, (_, n) => `r${n}`).sort());
    expect(output.map(({ recordId }) => recordId)).not.toEqual(Array.from({ length: 120 }, (_, n) => `r${n}`));
    expect(output.find(({ recordId }) => recordId === 'r3').modelOutput).toMatchObject({
      stopReason: 'end_turn',
      usage: { outputTokens: 20 },
    });
    expect(output.find(({ recordId }) => recordId === 'r119').error).toMatchObject({ errorCode: 400 });
    const manifest = JSON.parse(world.objects.get(`bucket/out/${jobArn?.split('/').at(-1)}/manifest.json.out`) ?? '{}');
    expect(manifest).toMatchObject({ totalRecordCount: 120, successRecordCount: 119, outputTokenCount: 119 * 20 });
    const states = world.events.filter(({ resources }) => resources[0] === jobArn).map(({ detail }) => detail['status']);
    expect(states).toEqual(['Submitted', 'InProgress', 'Completed']);
  });

  it('fails below the minimum of records, and when the role cannot read its input', async () => {
    input('few', many(99));
    const [few, missing] = [await create('few'), await create('missing')];
    await world.standIn.advanceBatch();
    expect(await get(few.jobArn)).toMatchObject({
      status: 'Failed',
      message: expect.stringContaining('(99) than the required minimum of: 100'),
    });
    expect(await get(missing.jobArn)).toMatchObject({ status: 'Failed', message: expect.stringContaining('could not read') });
  });

  it('is the same job for the same client token, and a conflict for another request', async () => {
    input('token', many(100));
    const first = await create('token', { clientRequestToken: 'T1' });
    expect((await create('token', { clientRequestToken: 'T1' })).jobArn).toBe(first.jobArn);
    await expect(create('token', { clientRequestToken: 'T1', modelId: SONNET })).rejects.toBeInstanceOf(ConflictException);
    const listed = await world.control.send(new ListModelInvocationJobsCommand({ nameContains: 'token' }));
    expect(listed.invocationJobSummaries?.map(({ jobName }) => jobName)).toEqual(['token']);
  });

  it('completes by the clock alone, and can be stopped before', async () => {
    input('clock', many(100));
    const [timed, stopped] = [await create('clock'), await create('clock')];
    await world.control.send(new StopModelInvocationJobCommand({ jobIdentifier: stopped.jobArn }));
    world.clock.advance(600_001);
    await expect.poll(async () => (await get(timed.jobArn)).status).toBe('Completed');
    expect((await get(stopped.jobArn)).status).toBe('Stopped');
  });

  it('ends as the behaviour says', async () => {
    input('half', many(100));
    world.standIn.setBehaviour({ batch: { status: 'PartiallyCompleted', recordErrorRate: 0.1 } });
    const { jobArn } = await create('half');
    await world.standIn.advanceBatch();
    expect(await get(jobArn)).toMatchObject({ status: 'PartiallyCompleted', processedRecordCount: 50, errorRecordCount: 5 });
    expect(outputOf(jobArn, 'half')).toHaveLength(50);
  });

  it('survives a restart on the same directory', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'bedrock-'));
    input('kept', many(100));
    const [before, after] = [bedrockStandIn(world.options({ dataDir })), () => bedrockStandIn(world.options({ dataDir }))];
    const first = await serveBackend(before.backend);
    const client = new BedrockClient({ endpoint: first.url, region: 'us-east-1', credentials: CREDENTIALS, maxAttempts: 1 });
    const { jobArn } = await client.send(
      new CreateModelInvocationJobCommand({
        jobName: 'kept',
        roleArn: ROLE,
        modelId: HAIKU,
        modelInvocationType: 'Converse',
        inputDataConfig: { s3InputDataConfig: { s3Uri: 's3://bucket/in/kept.jsonl' } },
        outputDataConfig: { s3OutputDataConfig: { s3Uri: 's3://bucket/out' } },
      }),
    );
    client.destroy();
    await Promise.all([before.stop(), first.close()]);
    const again = after();
    expect(await again.advanceBatch()).toEqual([jobArn]);
    expect(outputOf(jobArn, 'kept')).toHaveLength(100);
    await again.stop();
    rmSync(dataDir, { recursive: true });
  });
});
