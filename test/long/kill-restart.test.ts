import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { startTestStack } from '../support/stack.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const localSchema = z.looseObject({
  devUrl: z.string(),
  endpoints: z.object({ lambda: z.string() }),
  functions: z.object({ router: z.string() }),
  tables: z.object({ control: z.string() }),
});
const PAST_THE_DEADLINE_MS = 10 * 60_000;

/** `npm start -- --empty --data DIR` in a process of its own, with a directory of its own for local.json. */
async function startProcess(cwd: string, dataDir: string) {
  const args = [join(ROOT, 'bin/local.ts'), '--empty', '--port', '0', '--data', dataDir, '--config', join(ROOT, 'spillway.yaml')];
  const child = spawn(process.execPath, args, { cwd, stdio: 'ignore' });
  const read = () => localSchema.parse(JSON.parse(readFileSync(join(cwd, '.spillway/local.json'), 'utf8')));
  await vi.waitFor(read, 60_000);
  return { child, local: read() };
}

describe('a stack that is killed while a model works', () => {
  it('loses no dollar: the hold becomes an assumed entry of its whole amount once its deadline has passed', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'spillway-kill-'));
    const dataDir = join(cwd, 'data');
    const { child, local } = await startProcess(cwd, dataDir);
    await fetch(`${local.devUrl}/bedrock`, { method: 'POST', body: '{"latencyMs":60000}' });
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
    child.kill('SIGKILL');
    await expect(call).rejects.toThrow();

    const stack = await startTestStack({ dataDir });
    try {
      stack.clock.advance(PAST_THE_DEADLINE_MS);
      expect((await stack.runSchedule('compactor')).kind).toBe('answered');
      const entries = (await scan(stack.endpoint, stack.tables.ledger)).filter((item) => item['requestId'] !== undefined);
      expect(entries.map((item) => item['kind']?.S)).toEqual(['assumed']);
      expect(BigInt(entries[0]?.['cost']?.N ?? 0)).toBeGreaterThan(0n);
      expect(entries[0]?.['cost']).toEqual(entries[0]?.['held']);
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
