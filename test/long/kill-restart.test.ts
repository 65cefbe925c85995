import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, it, vi } from 'vitest';
import { startTestStack } from '../support/stack.ts';
import { startStackProcess } from '../support/stack-process.ts';
import { entriesAmong } from '../support/stored-entries.ts';

const PAST_THE_DEADLINE_MS = 10 * 60_000;

describe('a stack that is killed while a model works', () => {
  it('loses no dollar: the hold becomes an assumed entry of its whole amount once its deadline has passed', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'spillway-kill-'));
    const dataDir = join(cwd, 'data');
    const { local, dev, kill } = await startStackProcess(cwd);
    await dev('/bedrock', { latencyMs: 60_000 });
    const client = new LambdaClient({
      endpoint: local.endpoints.lambda,
      region: 'us-east-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
      maxAttempts: 1,
    });
    const body = { feature: 'docs-search', template: 'rerank', messages: [{ role: 'user', content: [{ text: 'killed in the middle' }] }] };
    const call = client.send(new InvokeCommand({ FunctionName: local.functions.router, Payload: JSON.stringify(body) }));
    call.catch(() => {});
    // The model is asked only after the hold is durable.
    const gates = async () => JSON.stringify(await scan(local.endpoints.lambda, local.tables.control));
    await vi.waitFor(async () => expect(await gates()).toContain('"h#'), 30_000);
    await kill();
    await expect(call).rejects.toThrow();

    const stack = await startTestStack({ dataDir });
    try {
      stack.clock.advance(PAST_THE_DEADLINE_MS);
      expect((await stack.runSchedule('compactor')).kind).toBe('answered');
      const entries = entriesAmong(await scan(stack.endpoint, stack.tables.ledger));
      expect(entries.map(({ kind }) => kind)).toEqual(['assumed']);
      expect(entries[0]?.costPico).toBeGreaterThan(0n);
      expect(entries[0]?.costPico).toEqual(entries[0]?.holdPico);
      expect(JSON.stringify(await scan(stack.endpoint, stack.tables.control))).not.toContain('"h#');
    } finally {
      await stack.stop();
      rmSync(cwd, { recursive: true, force: true });
    }
  });
});

async function scan(endpoint: string, TableName: string) {
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'any', secretAccessKey: 'any' } });
  return (await client.send(new ScanCommand({ TableName }))).Items ?? [];
}
