import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { addDays, localDay, localDayStartMs } from '../../functions/core/calendar.ts';
import { sumPico, usdToPico } from '../../functions/core/money.ts';
import { openBooks } from '../../local/replay/books.ts';
import { invokeCaller } from '../../local/replay/callers.ts';
import { drive } from '../../local/replay/drive.ts';
import { useStack } from '../../local/replay/running-stack.ts';
import { Tally, total } from '../../local/replay/tally.ts';
import { drained, keepAlerts, keptAlerts, madeTrace, sendJobs, TARGETS } from '../support/long-traffic.ts';
import { differingReceipts, doUpkeep, entriesByKind, isJobs, letHoursGoBy } from '../support/quiet-hours.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { type StackProcess, startStackProcess } from '../support/stack-process.ts';
import { brokenBooks, readBooks, type StoredBooks, totalOf } from '../support/stored-books.ts';

const ROUNDS = 5;
const TIMEZONE = 'Europe/Berlin';
const VERSION = 'killed-replay';
const random = seededRandom(20_261_123);
const answerSchema = z.object({ status: z.string(), costUsd: z.string(), jobId: z.string(), feature: z.string() });

const cwd = mkdtempSync(join(tmpdir(), 'spillway-kill-replay-'));
const tally = new Tally();
const taken = new Set<string>();
let stack: StackProcess;
let books: StoredBooks;
let broken: string[];
let alerts: string[];

/** Batch work and upkeep go on beside the calls, as often as they can. */
async function pump(target: StackProcess, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) await doUpkeep(target);
}

/** Until 25 minutes before the day ends. */
const untilLateMs = (day: string): number => Math.max(0, localDayStartMs(addDays(day, 1), TIMEZONE) - 25 * 60_000 - Date.now());

/** A replay, jobs and upkeep, until the kill in their middle. */
async function killedRound(round: number): Promise<void> {
  stack = await startStackProcess(cwd);
  if (round === 0) await keepAlerts(stack);
  // Past the deadlines and leases of what the last kill has left. Midnight comes between the rounds.
  await stack.dev('/clock', { advanceMs: round === 0 ? untilLateMs(localDay(Date.now(), TIMEZONE)) : 10 * 60_000 });
  useStack(stack.local);
  const stop = new AbortController();
  const options = { lanes: madeTrace(400, random), targets: TARGETS, caller: invokeCaller(stack.local, 8), concurrency: 8 };
  const enough = Promise.withResolvers<void>();
  let left = 20 + random.below(60);
  const onCall = () => void (--left === 0 && enough.resolve());
  const calls = drive({ ...options, speed: undefined, version: VERSION, stop: stop.signal, onCall }, tally);
  // Whatever was under way breaks off with the kill.
  const jobs = sendJobs(stack, `round-${round}`, 12, taken).catch(() => {});
  const upkeep = pump(stack, stop.signal).catch(() => {});
  await Promise.race([enough.promise, calls]);
  await delay(random.below(4_000));
  const killed = stack.kill();
  stop.abort();
  await Promise.all([killed, calls, jobs, upkeep]);
}

beforeAll(async () => {
  for (let round = 0; round < ROUNDS; round++) await killedRound(round);
  stack = await startStackProcess(cwd);
  await letHoursGoBy(stack, taken);
  books = await readBooks(stack);
  broken = brokenBooks(books, (await openBooks(stack.local)).settings);
  alerts = await keptAlerts(stack);
  process.stderr.write(`${said()}\n`);
}, 900_000);

afterAll(async () => {
  await stack.kill();
  rmSync(cwd, { recursive: true, force: true });
});

function said(): string {
  const calls = `${tally.answered} answered, ${tally.refused} refused, ${total(tally.lost)} lost, ${total(tally.failures)} not sent`;
  return `${calls}\n${entriesByKind(books)}\n  ${taken.size} jobs, ${alerts.length} alerts`;
}

describe('a stack that is killed again and again in the middle of a replay', () => {
  it('was killed while calls were under way', () => {
    expect(tally.answered).toBeGreaterThan(100);
    expect(total(tally.lost)).toBeGreaterThanOrEqual(ROUNDS);
  });

  it('has every receipt in its ledger, to the pico-dollar', () => {
    expect(differingReceipts(books, tally.receipts)).toEqual([]);
  });

  it('has nothing else in it but jobs, and calls that broke off: each once, paid or assumed', () => {
    const others = books.entries.filter((entry) => !tally.receipts.has(entry.requestId) && !isJobs(entry));
    const brokenOff = new Set(others.map(({ requestId }) => requestId));
    expect(others.filter((entry) => entry.kind !== 'assumed' && entry.templateVersion !== VERSION)).toEqual([]);
    expect(brokenOff.size).toBeLessThanOrEqual(total(tally.lost));
    const jobs = books.entries.filter(isJobs);
    expect(totalOf(books.entries)).toBe(sumPico(tally.receipts.values()) + totalOf(jobs) + totalOf(others));
  });

  it('has books that add up in every gate, with no hold left', () => expect(broken).toEqual([]));

  it('raises no alarm about money that drifted', () => expect(alerts.filter((alert) => alert.includes('money_drift'))).toEqual([]));

  it('has one recorded answer for every job, and their costs are the jobs’ entries', async () => {
    expect([...taken].filter((job) => books.jobs.get(job) === undefined)).toEqual([]);
    expect([...books.jobs].filter(([, answer]) => answer === undefined)).toEqual([]);
    const costs = [...books.jobs.values()].map((text) => usdToPico(answerSchema.parse(JSON.parse(text ?? '')).costUsd));
    expect(sumPico(costs)).toBe(totalOf(books.entries.filter((entry) => isJobs(entry) && entry.kind === 'settled')));
  });

  it('delivers every answer, and none that differs from the one recorded', async () => {
    const delivered = Map.groupBy(await drained(stack, stack.local.queues.results), (body) => {
      const { feature, jobId } = answerSchema.parse(JSON.parse(body));
      return `${feature}.${jobId}`;
    });
    expect([...taken].filter((job) => !delivered.has(job))).toEqual([]);
    expect([...delivered].filter(([, bodies]) => new Set(bodies).size > 1).map(([job]) => job)).toEqual([]);
  });

  it('leaves no job in the dead-letter queue', async () => expect(await drained(stack, stack.local.queues.jobsDeadLetter)).toEqual([]));
});
