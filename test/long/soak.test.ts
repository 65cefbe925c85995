import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sumPico } from '../../functions/core/money.ts';
import { openBooks } from '../../local/replay/books.ts';
import { gatewayCaller, invokeCaller } from '../../local/replay/callers.ts';
import { drive } from '../../local/replay/drive.ts';
import { useStack } from '../../local/replay/running-stack.ts';
import { percentile, Tally } from '../../local/replay/tally.ts';
import { keepAlerts, keptAlerts, madeTrace, sendJobs, TARGETS } from '../support/long-traffic.ts';
import { differingReceipts, doUpkeep, entriesByKind, isJobs, letHoursGoBy } from '../support/quiet-hours.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { type StackProcess, startStackProcess } from '../support/stack-process.ts';
import { brokenBooks, readBooks, type StoredBooks, totalOf } from '../support/stored-books.ts';

const SOAK_MS = 120_000;
const PHASE_MS = 10_000;
/** One after the other, again and again. */
const MISBEHAVIOURS = [
  { error: 'ThrottlingException', errorRate: 0.2, latencyMs: 50 },
  { error: 'disconnect', errorRate: 0.2, latencyMs: 200 },
  { error: 'ModelTimeoutException', errorRate: 0.2 },
  { error: 'ServiceUnavailableException', errorRate: 0.2, latencyMs: 500 },
  {},
] as const;
const random = seededRandom(20_261_124);

const cwd = mkdtempSync(join(tmpdir(), 'spillway-soak-'));
const tallies = { invoke: new Tally(), gateway: new Tally() };
const taken = new Set<string>();
const residentMb: number[] = [];
let stack: StackProcess;
let books: StoredBooks;
let broken: string[];
let alerts: string[];

async function misbehave(stop: AbortSignal): Promise<void> {
  for (let phase = 0; !stop.aborted; phase++) {
    await stack.dev('/bedrock', MISBEHAVIOURS[phase % MISBEHAVIOURS.length]);
    await sendJobs(stack, `phase-${phase}`, 2, taken);
    await doUpkeep(stack);
    residentMb.push(Math.round(Number(execFileSync('ps', ['-o', 'rss=', '-p', String(stack.local.pid)]).toString()) / 1024));
    await delay(PHASE_MS, undefined, { signal: stop }).catch(() => {});
  }
}

beforeAll(async () => {
  stack = await startStackProcess(cwd);
  await keepAlerts(stack);
  useStack(stack.local);
  const stop = new AbortController();
  const options = { targets: TARGETS, speed: undefined, version: 'soak', stop: stop.signal, onCall: () => {} };
  const [invoke, gateway] = [invokeCaller(stack.local, 4), gatewayCaller(stack.local)];
  const ended = Promise.all([
    drive({ ...options, lanes: madeTrace(20_000, random), caller: invoke, concurrency: 4 }, tallies.invoke),
    drive({ ...options, lanes: madeTrace(20_000, random), caller: gateway, concurrency: 3 }, tallies.gateway),
    misbehave(stop.signal),
  ]);
  await Promise.race([delay(SOAK_MS), ended]);
  stop.abort();
  await ended;
  await stack.dev('/bedrock', {});
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
  const calls = Object.entries(tallies).map(([way, tally]) => {
    const refusals = [...tally.refusals].map(([reason, { count }]) => `${reason} ${count}`).join(', ');
    const [p50, p99] = [percentile(tally.latenciesMs, 0.5), percentile(tally.latenciesMs, 0.99)];
    return `${way}: ${tally.answered} answered (p50 ${p50.toFixed()} ms, p99 ${p99.toFixed()} ms), refused: ${refusals}`;
  });
  return `${calls.join('\n')}\n${entriesByKind(books)}\n  ${taken.size} jobs, ${alerts.length} alerts, resident MB ${residentMb.join(' ')}`;
}

const receipts = () => new Map([...tallies.invoke.receipts, ...tallies.gateway.receipts]);

describe('two minutes with models that fail one call in five', () => {
  it('answers or refuses every call', () => {
    for (const tally of Object.values(tallies)) {
      expect([...tally.failures.keys(), ...tally.lost.keys()]).toEqual([]);
      expect(tally.answered).toBeGreaterThan(100);
    }
  });

  it('refuses only what the models were to blame for', () => {
    const reasons = Object.values(tallies).flatMap(({ refusals }) => [...refusals.keys()]);
    expect(reasons.filter((reason) => !/^model_(throttled|timeout|unavailable)$|^all_models_down$/.test(reason))).toEqual([]);
  });

  it('books exactly what it told its callers, and its jobs', () => {
    expect(differingReceipts(books, receipts())).toEqual([]);
    const untold = books.entries.filter((entry) => !isJobs(entry) && !receipts().has(entry.requestId));
    expect(untold.map(({ requestId, kind, costPico }) => `${kind} ${requestId} ${costPico}`)).toEqual([]);
    expect(totalOf(books.entries)).toBe(sumPico(receipts().values()) + totalOf(books.entries.filter(isJobs)));
  });

  it('has books that add up in every gate, with no hold left', () => expect(broken).toEqual([]));

  it('raises no alarm about money that drifted', () => expect(alerts.filter((alert) => alert.includes('money_drift'))).toEqual([]));

  it('answers every job once', () => expect([...taken].filter((job) => books.jobs.get(job) === undefined)).toEqual([]));
});
