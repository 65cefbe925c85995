import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OTHER_DYNAMODB } from '../support/dynalite.ts';
import { findDynamodbLocal, startDynamodbLocal } from '../support/dynamodb-local.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const SUITES = [
  ...readdirSync(join(ROOT, 'test/contracts'))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `test/contracts/${name}`),
  'test/integration/budget-storm.test.ts',
];

const found = await findDynamodbLocal();
if (found.kind === 'missing') process.stderr.write(`skipped: DynamoDB Local cannot be had here: ${found.why}\n`);

/** Runs a suite of the fast tests in a process of its own, on that DynamoDB. */
async function runSuite(suite: string, endpoint: string): Promise<{ code: number | null; said: string }> {
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'all else', suite];
  const env = { ...process.env, [OTHER_DYNAMODB]: endpoint, NO_COLOR: '1' };
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = await once(child, 'close');
  return { code, said };
}

describe.skipIf(found.kind === 'missing')('on DynamoDB Local, which is Amazon’s own,', () => {
  let local: Awaited<ReturnType<typeof startDynamodbLocal>>;
  beforeAll(async () => {
    local = await startDynamodbLocal(found.kind === 'found' ? found.folder : '');
  });
  afterAll(() => local.stop());

  it.each(SUITES)('%s holds as on dynalite', async (suite) => {
    const { code, said } = await runSuite(suite, local.endpoint);
    expect(code, said).toBe(0);
    expect(said).toMatch(/Tests +\d+ passed/);
  });
});
