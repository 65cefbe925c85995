import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS } from '../../functions/core/calendar.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { countStoreWrites } from '../support/store-writes.ts';
import { brokenBooks, readBooks, totalOf } from '../support/stored-books.ts';
import { inProcess, type Storm, type Stormed, type StormSize, storm } from '../support/storm.ts';
import { type StormCap, stormCaps, writeStormConfiguration } from '../support/storm-caps.ts';
import { capOf, passedCaps, refusedOf, said, spentIn, wrongIn } from '../support/storm-rules.ts';

const ROUNDS = 1;
const CALLS = 1_000;
const WIDTH = 12;
const SPREAD_MS = 20_000;
const BEFORE_MIDNIGHT_MS = 6_000;
const CAPS = stormCaps(100, 100);
const folder = mkdtempSync(join(tmpdir(), 'spillway-storms-'));
let stack: TestStack;
let stormed: Stormed;
let writes: ReturnType<typeof countStoreWrites>;
let spentPico = 0n;
let spentInMonthPico = 0n;

beforeAll(async () => {
  const configFile = join(folder, 'spillway.yaml');
  const settings = writeStormConfiguration(configFile, CAPS);
  stack = await startTestStack({ configFile });
  stack.host('router').mostEnvironments = WIDTH;
  stormed = inProcess(stack, settings);
  writes = countStoreWrites(stack);
}, 120_000);
afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Noon of the tenth of the next month: every cap is whole again, and no day ends during a storm. */
function nextMonth(): void {
  const now = new Date(stack.clock.now());
  stack.clock.advance(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 10, 12) - now.getTime());
  spentInMonthPico = 0n;
}

async function stormOnce(cap: StormCap, size: StormSize): Promise<{ calls: Storm; wrong: string[] }> {
  const { settings } = stormed;
  const leftPico = capOf(cap, settings) - (cap.scopes[0] === 'org' ? spentInMonthPico : 0n);
  writes.take();
  const calls = await storm(cap, size, stormed);
  spentPico += spentIn(calls);
  spentInMonthPico += spentIn(calls);
  process.stderr.write(`${said(calls, cap, { unusedPico: leftPico - spentIn(calls), writes: writes.take() }, settings)}\n`);
  return { calls, wrong: wrongIn(calls, cap, leftPico, settings) };
}

async function brokenAfterwards(): Promise<string[]> {
  for (let days = 0; days < 2; days++) {
    stack.clock.advance(DAY_MS);
    await stack.runSchedule('compactor');
  }
  const books = await readBooks({ sdk: stack.sdk, local: stack });
  const differing = totalOf(books.entries) === spentPico ? [] : ['the ledger is not what callers were told'];
  return [...brokenBooks(books, stormed.settings), ...passedCaps(books.entries, stormed.settings), ...differing];
}

describe('a thousand calls at once against each cap that fits a hundred', () => {
  it.each(Array.from({ length: ROUNDS }, (_, round) => round + 1))('pass none and waste none, time %i', async () => {
    nextMonth();
    for (const cap of CAPS) expect((await stormOnce(cap, { calls: CALLS, width: WIDTH })).wrong).toEqual([]);
    expect(await brokenAfterwards()).toEqual([]);
  });
});

describe('a thousand calls within twenty seconds against a cap that fits a hundred', () => {
  it.each(CAPS)('are refused for money in flight in less than one of a hundred cases: $cap', async (cap) => {
    nextMonth();
    const { calls, wrong } = await stormOnce(cap, { calls: CALLS, width: WIDTH, spreadMs: SPREAD_MS });
    expect(wrong).toEqual([]);
    expect(refusedOf(calls).filter(({ reason }) => reason === 'budget_held').length).toBeLessThan(CALLS / 100);
  });
});

describe('a storm across midnight', () => {
  it('spends the caps of both days and passes neither', async () => {
    nextMonth();
    stack.clock.advance(DAY_MS / 2 - BEFORE_MIDNIGHT_MS);
    const daily = CAPS.filter(({ period }) => period === 'daily');
    const storms = await Promise.all(daily.map((cap) => storm(cap, { calls: CALLS, width: WIDTH }, stormed)));
    for (const [n, calls] of storms.entries()) {
      const cap = daily[n];
      if (cap === undefined) continue;
      spentPico += spentIn(calls);
      // Twice the cap: the calls of the second half come when the first day is spent.
      expect(wrongIn(calls, cap, 2n * capOf(cap, stormed.settings), stormed.settings)).toEqual([]);
    }
    expect(await brokenAfterwards()).toEqual([]);
  });
});
