import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays, localDay, localDayStartMs } from '../../functions/core/calendar.ts';
import { sumPico } from '../../functions/core/money.ts';
import type { Settings } from '../../functions/core/settings.ts';
import { useStack } from '../../local/replay/running-stack.ts';
import { keepAlerts, keptAlerts } from '../support/long-traffic.ts';
import { letHoursGoBy } from '../support/quiet-hours.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { type StackProcess, startStackProcess } from '../support/stack-process.ts';
import { brokenBooks, readBooks, type StoredBooks, totalOf } from '../support/stored-books.ts';
import { type Storm, type Stormed, storm } from '../support/storm.ts';
import { stormCaps, writeStormConfiguration } from '../support/storm-caps.ts';
import { falseRefusals, passedCaps } from '../support/storm-rules.ts';

const ROUNDS = 6;
const CAPS = stormCaps(60, 60);
const CALLS = 150;
const HELD_MS = 10 * 60_000;
const random = seededRandom(20_261_126);
const cwd = mkdtempSync(join(tmpdir(), 'spillway-killed-storms-'));
const configFile = join(cwd, 'storms.yaml');
const storms: Storm[] = [];
let settings: Settings;
let aheadMs = 0;
let stack: StackProcess;
let books: StoredBooks;
let alerts: string[];

async function advance(ms: number): Promise<void> {
  await stack.dev('/clock', { advanceMs: Math.round(ms) });
  aheadMs += Math.round(ms);
}

/** Every cap is stormed at once until the kill. */
async function round(n: number): Promise<void> {
  stack = await startStackProcess(cwd, configFile);
  useStack(stack.local);
  if (n === 0) await keepAlerts(stack);
  const now = () => Date.now() + aheadMs;
  const midnightMs = localDayStartMs(addDays(localDay(now(), 'UTC'), 1), 'UTC');
  // What the last kill left held is past its deadline; midnight comes between the rounds.
  if (n === 0) await advance(midnightMs - now() - (ROUNDS / 2) * HELD_MS);
  else await advance(HELD_MS);
  const stormed: Stormed = { ...stack, functions: stack.local.functions, tables: stack.local.tables, settings, now };
  const enough = Promise.withResolvers<void>();
  let left = 30 + random.below(CALLS);
  const onEnd = () => void (--left === 0 && enough.resolve());
  const running = Promise.all(CAPS.map((cap) => storm(cap, { calls: CALLS, width: 4, onEnd }, stormed)));
  await Promise.race([enough.promise, running]);
  await stack.kill();
  storms.push(...(await running));
}

beforeAll(async () => {
  settings = writeStormConfiguration(configFile, CAPS);
  for (let n = 0; n < ROUNDS; n++) await round(n);
  stack = await startStackProcess(cwd, configFile);
  await letHoursGoBy(stack, []);
  books = await readBooks(stack);
  alerts = await keptAlerts(stack);
}, 900_000);

afterAll(async () => {
  await stack.kill();
  rmSync(cwd, { recursive: true, force: true });
});

const outcomes = () => storms.flatMap((one) => one.outcomes);
const answered = () => outcomes().filter((outcome) => outcome.kind === 'answered');

describe('caps that are stormed while the stack is killed again and again, over midnight', () => {
  it('were stormed on two days, and calls were under way at the kills', () => {
    expect(new Set(books.entries.map(({ day }) => day)).size).toBe(2);
    expect(outcomes().filter(({ kind }) => kind === 'lost').length).toBeGreaterThanOrEqual(ROUNDS);
    expect(answered().length).toBeGreaterThan(50);
  });

  it('were never seen passed', () => expect(storms.flatMap(({ passed }) => passed)).toEqual([]));

  it('are not passed by any hour, day or month of the ledger', () => expect(passedCaps(books.entries, settings)).toEqual([]));

  it('refuse nobody while they have room', () => {
    expect(storms.flatMap((one) => falseRefusals(one, settings))).toEqual([]);
  });

  it('have every receipt in the ledger, and nothing else but calls that were lost', () => {
    const receipts = new Map(answered().map(({ requestId, costPico }) => [requestId, costPico]));
    const others = books.entries.filter(({ requestId }) => !receipts.has(requestId));
    expect(totalOf(books.entries)).toBe(sumPico(receipts.values()) + totalOf(others));
    expect(new Set(others.map(({ requestId }) => requestId)).size).toBeLessThanOrEqual(
      outcomes().filter(({ kind }) => kind === 'lost').length,
    );
  });

  it('have books that add up in every gate, with no hold left', () => expect(brokenBooks(books, settings)).toEqual([]));

  it('raise no alarm about money that drifted', () => expect(alerts.filter((alert) => alert.includes('money_drift'))).toEqual([]));
});
