import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sumPico, usdToPico } from '../../functions/core/money.ts';
import { rowsOf, sumOf } from '../support/export-world.ts';
import { checkFocus } from '../support/focus-checker.ts';
import { runCli } from '../support/run-cli.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const folder = mkdtempSync(join(tmpdir(), 'spillway-exported-'));
let stack: TestStack;
let paidPico: bigint;
let month: string;

const receipt = z.object({ receipt: z.object({ costUsd: z.string() }) });

async function route(key: string, feature: string, template: string): Promise<bigint> {
  const body = JSON.stringify({ feature, template, messages: [{ role: 'user', content: [{ text: 'What is owed, and by when?' }] }] });
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const response = await fetch(new URL('/v1/route', stack.gatewayUrl), { method: 'POST', headers, body });
  return usdToPico(receipt.parse(await response.json()).receipt.costUsd);
}

beforeAll(async () => {
  stack = await startTestStack({ stateDir: join(folder, '.spillway') });
  // Before its first run every hour of the month is open, and read.
  await stack.invoke('compactor', {});
  const { out } = await runCli(folder, ['keys', 'create', '--features', 'all', '--local', '--json']);
  const { key } = JSON.parse(out);
  const calls = [route(key, 'ticket-triage', 'classify'), route(key, 'docs-search', 'answer'), route(key, 'docs-search', 'rerank')];
  paidPico = sumPico(await Promise.all(calls));
  month = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Berlin', year: 'numeric', month: '2-digit' }).format(stack.clock.now());
});
afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('spillway export, on a running stack', () => {
  it('prints a valid FOCUS file that comes to what the receipts say', async () => {
    const { code, out, err } = await runCli(folder, ['export', '--local', '--format', 'focus', '--month', month]);
    expect([code, err]).toEqual([0, '']);
    expect(checkFocus(out)).toEqual([]);
    expect(paidPico).toBeGreaterThan(0n);
    expect(sumOf(rowsOf(out), 'BilledCost')).toBe(paidPico);
  });

  it('prints a spreadsheet of the same money', async () => {
    const { code, out } = await runCli(folder, ['export', '--local', '--format', 'csv', '--month', month]);
    expect([code, sumOf(rowsOf(out), 'cost_usd')]).toEqual([0, paidPico]);
    expect(rowsOf(out).map(({ feature, template, calls }) => [feature, template, calls])).toEqual([
      ['docs-search', 'answer', '1'],
      ['docs-search', 'rerank', '1'],
      ['ticket-triage', 'classify', '1'],
    ]);
  });

  it('prints the same as JSON', async () => {
    const { out } = await runCli(folder, ['export', '--local', '--format', 'csv', '--month', month, '--json']);
    const read = JSON.parse(out);
    expect([usdToPico(read.totalUsd), read.rows.length, read.from]).toEqual([paidPico, 3, `${month}-01`]);
  });

  it('writes a file, and says what is in it', async () => {
    const args = ['export', '--local', '--format', 'focus', '--month', month, '--out', 'bill.csv'];
    const { out } = await runCli(folder, [...args, '--json']);
    const text = readFileSync(join(folder, 'bill.csv'), 'utf8');
    expect(checkFocus(text)).toEqual([]);
    expect(JSON.parse(out)).toMatchObject({ format: 'focus', out: 'bill.csv', rows: rowsOf(text).length });
    expect((await runCli(folder, args)).out).toMatch(/^bill\.csv: \d+ rows, \$0\.\d+\n$/);
  });

  it('is the same once the hours are closed', async () => {
    const print = async () => (await runCli(folder, ['export', '--local', '--format', 'focus', '--from', `${month}-01`])).out;
    const open = await print();
    stack.clock.advance(3 * 3_600_000);
    await stack.invoke('compactor', {});
    expect(await print()).toBe(open);
  });

  it('says that a month has no usage', async () => {
    const run = await runCli(folder, ['export', '--local', '--format', 'csv', '--month', '2020-02']);
    expect(run).toMatchObject({
      code: 0,
      err: 'No usage from 2020-02-01 to 2020-02-29.\n',
      out: expect.stringMatching(/^\uFEFFday,.*\r\n$/),
    });
  });
});

describe('spillway export, wrongly used', () => {
  it.each([
    [[]],
    [['--format', 'csv']],
    [['--format', 'xlsx', '--month', '2026-11']],
    [['--month', '2026-11']],
    [['--format', 'csv', '--month', '2026-13']],
    [['--format', 'csv', '--month', '2026-11', '--from', '2026-11-01']],
    [['--format', 'csv', '--from', '2026-02-30']],
    [['--format', 'csv', '--from', '2026-11-02', '--to', '2026-11-01']],
  ])('exits with 2: %j', async (args) => {
    const { code, out, err } = await runCli(folder, ['export', '--local', ...args]);
    expect([code, out, err]).toEqual([2, '', expect.stringContaining('error:')]);
  });

  it('exits with 1 where the file cannot be written', async () => {
    const { code, err } = await runCli(folder, ['export', '--local', '--format', 'csv', '--month', month, '--out', 'no/such/bill.csv']);
    expect([code, err]).toEqual([1, expect.stringContaining('spillway: cannot write')]);
  });

  it('runs as a program of its own', async () => {
    const program = resolve(import.meta.dirname, '../../bin/cli.ts');
    const run = promisify(execFile)(process.execPath, [program, 'export', '--local', '--format', 'focus', '--month', month], {
      cwd: folder,
    });
    expect(sumOf(rowsOf((await run).stdout), 'BilledCost')).toBe(paidPico);
  });
});
