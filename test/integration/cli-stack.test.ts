import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { picoToUsd, sumPico, usdToPico } from '../../functions/core/money.ts';
import { runCli } from '../support/run-cli.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const folder = mkdtempSync(join(tmpdir(), 'spillway-operated-'));
let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack({ stateDir: join(folder, '.spillway') });
});
afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function json(...args: string[]) {
  const { code, out, err } = await runCli(folder, [...args, '--local', '--json']);
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out);
}

const receipt = z.object({ receipt: z.object({ costUsd: z.string() }) });

async function route(key: string, feature: string, template: string, text: string) {
  const body = JSON.stringify({ feature, template, messages: [{ role: 'user', content: [{ text }] }] });
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const response = await fetch(new URL('/v1/route', stack.gatewayUrl), { method: 'POST', headers, body });
  return { status: response.status, costPico: usdToPico(receipt.safeParse(await response.json()).data?.receipt.costUsd ?? 0) };
}

describe('spillway, on a running stack', () => {
  it('makes a key that opens its features and no other', async () => {
    const { key } = await json('keys', 'create', '--features', 'docs-search,ticket-triage');
    expect((await route(key, 'docs-search', 'answer', 'where is it?')).status).toBe(200);
    expect((await route(key, 'code-agent', 'fix', 'where is it?')).status).toBe(403);
  });

  it('shows spend that equals the receipts, the running hour included', async () => {
    const { key } = await json('keys', 'create', '--features', 'all');
    const answers = await Promise.all(['one', 'two', 'three'].map((text) => route(key, 'ticket-triage', 'classify', text)));
    const paid = sumPico(answers.map(({ costPico }) => costPico));
    const after = await json('spend', '--by', 'feature,template');
    expect(paid).toBeGreaterThan(0n);
    expect(sumPico(after.rows.map((row: { costUsd: string }) => usdToPico(row.costUsd)))).toBe(usdToPico(after.totalUsd));
    expect(after.rows).toContainEqual(
      expect.objectContaining({ feature: 'ticket-triage', template: 'classify', costUsd: picoToUsd(paid) }),
    );
  });

  it('shows the same spend once the hours are closed', async () => {
    const open = await json('spend', '--by', 'feature,model,mode');
    stack.clock.advance(26 * 3_600_000);
    await stack.invoke('compactor', {});
    const closed = await json('spend', '--by', 'feature,model,mode');
    expect(closed.rows).toEqual(open.rows);
    expect(closed.totalUsd).toBe(open.totalUsd);
  });

  it('lists keys and ends one', async () => {
    const { id } = await json('keys', 'create', '--features', 'docs-search');
    expect((await json('keys', 'list')).keys).toContainEqual(expect.objectContaining({ id, features: ['docs-search'], revokedAt: null }));
    expect(await json('keys', 'revoke', id)).toEqual({ id, revoked: true });
    expect((await json('keys', 'list')).keys).toContainEqual(expect.objectContaining({ id, revokedAt: expect.stringMatching(/^20/) }));
    expect(await runCli(folder, ['keys', 'revoke', id, '--local'])).toMatchObject({
      code: 1,
      err: expect.stringContaining(`no valid key ${id}`),
    });
  });

  it('refuses a key for a feature that does not exist', async () => {
    const { code, err } = await runCli(folder, ['keys', 'create', '--features', 'nothing', '--local']);
    expect([code, err]).toEqual([1, expect.stringContaining('unknown feature nothing: there are invoice-extractor')]);
  });

  it('shows the report once there is one', async () => {
    expect(await runCli(folder, ['report', '--local'])).toMatchObject({ code: 1, err: 'spillway: no report: none has been made yet\n' });
    await stack.invoke('wasteReport', {});
    const report = await json('report');
    expect(report).toMatchObject({ week: expect.stringMatching(/^\d{4}-W\d{2}$/), findings: expect.any(Array) });
    expect((await json('report', '--week', report.week)).week).toBe(report.week);
  });
});
