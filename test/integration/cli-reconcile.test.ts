import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { usdToPico } from '../../functions/core/money.ts';
import type { BillRow } from '../../functions/core/reconcile/bill-row.ts';
import { billRow, curCsv, usageTypeOf } from '../support/bills.ts';
import { runCli } from '../support/run-cli.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const folder = mkdtempSync(join(tmpdir(), 'spillway-reconcile-'));
let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack({ stateDir: join(folder, '.spillway') });
});
afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function route(key: string, feature: string, template: string, text: string): Promise<void> {
  const body = JSON.stringify({ feature, template, messages: [{ role: 'user', content: [{ text }] }] });
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const response = await fetch(new URL('/v1/route', stack.gatewayUrl), { method: 'POST', headers, body });
  expect(response.status).toBe(200);
}

const spent = z.object({
  rows: z.array(z.object({ feature: z.string(), model: z.string(), inputTokens: z.int(), outputTokens: z.int(), costUsd: z.string() })),
});

/** The lines of usage that AWS would bill today for what the ledger holds: by feature, the money of a row on its output. */
async function bill(): Promise<BillRow[]> {
  const { out } = await runCli(folder, ['spend', '--by', 'feature,model', '--local', '--json']);
  const day = new Date().toISOString().slice(0, 10);
  return spent.parse(JSON.parse(out)).rows.flatMap(({ feature, model, inputTokens, outputTokens, costUsd }) => {
    const line = { day, tags: { feature, environment: 'production' } };
    return [
      billRow({ ...line, usageType: usageTypeOf(model, 'input', 'on_demand'), quantity: { amount: `${inputTokens}`, units: ['Tokens'] } }),
      billRow({
        ...{ ...line, usageType: usageTypeOf(model, 'output', 'on_demand'), costPico: usdToPico(costUsd) },
        quantity: { amount: `${outputTokens}`, units: ['Tokens'] },
      }),
    ];
  });
}

function file(name: string, rows: readonly BillRow[]): string {
  writeFileSync(join(folder, name), name.endsWith('.gz') ? gzipSync(curCsv(rows)) : curCsv(rows));
  return name;
}

describe('spillway reconcile', () => {
  it('finds a running stack’s ledger in its bill, and what the bill has beside it', async () => {
    const { key } = JSON.parse((await runCli(folder, ['keys', 'create', '--features', 'all', '--local', '--json'])).out);
    await Promise.all([
      route(key, 'ticket-triage', 'classify', 'one'),
      route(key, 'docs-search', 'answer', 'two'),
      route(key, 'invoice-extractor', 'extract', 'three'),
    ]);
    const rows = await bill();
    expect(rows.length).toBeGreaterThan(4);
    const whole = await runCli(folder, ['reconcile', file('bill.csv.gz', rows), '--local', '--json', '--fail-on-drift']);
    expect([whole.code, whole.err]).toEqual([0, '']);
    expect(JSON.parse(whole.out)).toMatchObject({ verdict: 'matches', totals: { driftUsd: '0' }, bill: { format: 'CUR' } });

    const beside = billRow({ ...rows[0], tags: {}, usageType: usageTypeOf('sonnet', 'output', 'on_demand'), costPico: usdToPico(12) });
    const more = file('more.csv', [...rows, beside]);
    const drift = await runCli(folder, ['reconcile', more, '--local']);
    expect([drift.code, drift.err]).toEqual([0, '']);
    expect(drift.out).toMatch(/sonnet +– +on_demand +\$12\.00 +\$0\.00 +\$12\.00 +outside_spillway\n/);
    expect((await runCli(folder, ['reconcile', more, '--local', '--fail-on-drift'])).code).toBe(1);
  });

  it('says what is wrong with a file, and with the command', async () => {
    writeFileSync(join(folder, 'bill.parquet'), 'PAR1');
    expect(await runCli(folder, ['reconcile', 'bill.parquet', '--local'])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^spillway: .*bill\.parquet is a Parquet file: export CUR 2\.0/),
    });
    expect((await runCli(folder, ['reconcile', '--local'])).code).toBe(2);
    expect((await runCli(folder, ['reconcile', 'bill.csv', '--tolerance', 'much', '--local'])).code).toBe(2);
  });
});
