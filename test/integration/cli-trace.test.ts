import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { dynamodbLedger } from '../../functions/adapters/dynamodb-ledger.ts';
import { addDays, HOUR_MS, localDay, localDayStartMs } from '../../functions/core/calendar.ts';
import { type LedgerEntry, requestIdOf } from '../../functions/core/ledger.ts';
import { localTime } from '../../functions/core/local-time.ts';
import { usdToPico } from '../../functions/core/money.ts';
import { traceWindow } from '../../functions/core/trace/find-spike.ts';
import { inParallel } from '../../functions/use-cases/in-parallel.ts';
import { ledgerEntry } from '../support/ledger-entry.ts';
import { runCli } from '../support/run-cli.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const receipt = z.object({ requestId: z.string(), receipt: z.object({ costUsd: z.string(), holdUsd: z.string() }) });
const TIMEZONE = 'Europe/Berlin';
const folder = mkdtempSync(join(tmpdir(), 'spillway-trace-'));
let stack: TestStack;
/** Yesterday, at 13:25 (an hour off when the clocks change): where the spike begins. */
let spikeAt: number;

const hourOf = (atMs: number): string => localTime(atMs, TIMEZONE).slice(0, 2);

/** A call at $1 and $5 a million tokens. */
function call(feature: string, template: string, admittedAtMs: number, over: Partial<LedgerEntry> = {}): LedgerEntry {
  const usage = { input: 300_000, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 40_000, reasoning: 0 };
  const unitPrices = { input: 1_000_000n, cacheRead: 100_000n, cacheWrite5m: 1_250_000n, cacheWrite1h: 2_000_000n, output: 5_000_000n };
  const requestId = requestIdOf(feature, template, ulid(admittedAtMs));
  const facts = { feature, template, requestId, admittedAtMs, day: localDay(admittedAtMs, TIMEZONE), usage, unitPrices };
  return ledgerEntry({ ...facts, costPico: usdToPico('0.5'), holdPico: usdToPico('0.9'), fingerprint: requestId.slice(-16), ...over });
}

const ORDINARY = ['invoice-extractor/extract', 'invoice-extractor/dispute', 'docs-search/answer', 'ticket-triage/classify'];

/** Two weeks of four templates that are called at 9, 13 and 16 o'clock. */
function ordinaryCalls(today: string): LedgerEntry[] {
  const days = traceWindow(today, TIMEZONE).slice(-15, -1);
  return days.flatMap(({ day }) =>
    ORDINARY.flatMap((name) => {
      const [feature = '', template = ''] = name.split('/');
      return [9, 13, 16].map((hour, at) => call(feature, template, localDayStartMs(day, TIMEZONE) + hour * HOUR_MS + at * 60_000));
    }),
  );
}

beforeAll(async () => {
  stack = await startTestStack({ stateDir: join(folder, '.spillway') });
  const today = localDay(Date.now(), TIMEZONE);
  spikeAt = localDayStartMs(addDays(today, -1), TIMEZONE) + 13 * HOUR_MS + 25 * 60_000;
  const runaway = Array.from({ length: 90 }, (_, at) =>
    call('docs-search', 'answer', spikeAt + at * 60_000, { run: `crawl-${at % 2}`, templateVersion: 'v9', stopReason: 'max_tokens' }),
  );
  const entries = [...ordinaryCalls(today), ...runaway];
  // Points this process's AWS clients at the stack.
  await runCli(folder, ['spend', '--local']);
  const ledger = dynamodbLedger({ LEDGER_TABLE: stack.tables.ledger }, 400);
  await inParallel(entries, 16, async (entry) => {
    await ledger.record(entry);
  });
  await inParallel(new Set(entries.map(({ hour }) => hour)), 16, (hour) => ledger.markDirty(hour, ulid()));
  await stack.invoke('compactor', {});
}, 120_000);
afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('spillway trace, on a running stack', () => {
  it('goes from "the bill jumped" to the culprit, its first bad hour and its runs, in one command', async () => {
    const { code, out, err } = await runCli(folder, ['trace', '--local']);
    expect([code, err]).toEqual([0, '']);
    const day = localDay(spikeAt, TIMEZONE);
    expect(out).toMatch(new RegExp(`^answer of docs-search cost \\$4\\d\\.\\d\\d above usual on ${day}, the worst of all features`));
    expect(out).toContain('Owner search@acme.example, team platform.');
    expect(out).toContain(`first bad hour  ${day} ${hourOf(spikeAt)}:00 Europe/Berlin`);
    expect(out).toMatch(/Who: 2 runs made 9\d% of it/);
    expect(out).toMatch(/crawl-0 +45 +\$22\.50/);
    expect(out).toMatch(/stopped with max_tokens/);
    const [, next = ''] = /^Next: npx spillway (explain \S+ --local)$/m.exec(out) ?? [];
    const explained = await runCli(folder, next.split(' '));
    expect(explained).toMatchObject({ code: 0, out: expect.stringContaining('$0.5 booked = tokens x prices') });
  });

  it('says the same for machines', async () => {
    const { out } = await runCli(folder, ['trace', 'docs-search', '--local', '--json']);
    const { spike } = JSON.parse(out);
    expect(spike).toMatchObject({ feature: 'docs-search', template: 'answer', shareOf: 'feature', runCount: 2, entries: { read: 91 } });
    expect(spike.badHours.map(({ local }: { local: string }) => local.slice(11))).toEqual([
      `${hourOf(spikeAt)}:00`,
      `${hourOf(spikeAt + HOUR_MS)}:00`,
    ]);
  });

  it('finds nothing where nothing is', async () => {
    const { code, out } = await runCli(folder, ['trace', 'ticket-triage', '--local']);
    expect([code, out]).toEqual([0, expect.stringMatching(/^Nothing unusual in ticket-triage from /)]);
  });

  it.each([
    [['trace', 'nothing-like-it', '--local'], 1, /no feature nothing-like-it, and no usage of it: there are invoice-extractor/],
    [['trace', '--day', '2199-01-01', '--local'], 1, /2199-01-01 has not begun: today is /],
    [['trace', '--day', '2026-02-30', '--local'], 2, /a day is yyyy-mm-dd/],
    [['trace', 'No Feature', '--local'], 2, /a feature is a name of the configuration/],
    [['explain', 'f.t.01M81CWF20C0C3DM84JBEPGRWM', '--local'], 1, /nothing is booked/],
    [['explain', '7c9e6679-7425-40de-944b-e07fc1f90ae7', '--local'], 2, /a request id is <feature>\.<template>\.<ulid>/],
    [['explain', '--local'], 2, /missing required argument/],
  ] as const)('answers %j with exit code %d and what to do', async (args, code, message) => {
    const answer = await runCli(folder, args);
    expect([answer.code, answer.err]).toEqual([code, expect.stringMatching(message)]);
  });

  it('explains a request that just ran, from its receipt', async () => {
    const body = JSON.stringify({
      feature: 'ticket-triage',
      template: 'classify',
      run: 'r1',
      messages: [{ role: 'user', content: [{ text: 'hello' }] }],
    });
    const headers = { authorization: `Bearer ${stack.apiKey}`, 'content-type': 'application/json' };
    const response = await fetch(new URL('/v1/route', stack.gatewayUrl), { method: 'POST', headers, body });
    const answer = receipt.parse(await response.json());
    const { out } = await runCli(folder, ['explain', answer.requestId, '--local', '--json']);
    expect(JSON.parse(out)).toMatchObject({ costUsd: answer.receipt.costUsd, holdUsd: answer.receipt.holdUsd, agrees: true, inFlight: [] });
    expect(JSON.parse(out).entries[0]).toMatchObject({ reason: 'declared_cheap', run: 'r1', price: { status: 'same' } });
  });
});
