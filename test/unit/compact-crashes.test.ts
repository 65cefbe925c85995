import { describe, expect, it } from 'vitest';
import { type CrashPoint, LedgerLife, type Step } from '../support/ledger-life.ts';
import { brokenRule } from '../support/ledger-rules.ts';
import { memoryStores } from '../support/upkeep-world.ts';

/** 20:10 in Berlin: four hours of the day are left. */
const EVENING = Date.UTC(2026, 10, 20, 19, 10);
const who = (template: number, tokens: number) => ({ feature: 0, template, tokens });
const call = { kind: 'call', attempts: 1, slow: false } as const;

/** Calls, one of them dead, and a batch job, whose answer comes when its hour is closed; then it is past midnight. */
const BEFORE: readonly Step[] = [
  { ...call, ...who(0, 7) },
  { ...call, ...who(1, 5), attempts: 2 },
  { kind: 'chunk', jobs: 2, ...who(0, 9) },
  { kind: 'wait', minutes: 100 },
  { kind: 'compact' },
  { kind: 'harvest', pick: 0 },
  { kind: 'correct', pick: 0, pico: -4 },
  { ...call, ...who(2, 11), slow: true },
  { kind: 'wait', minutes: 200 },
];

/** The books after the compactor has run with this accident, and then twice without; and how many calls its first run made. */
async function booksAfter(crash?: CrashPoint) {
  const stores = memoryStores();
  const life = new LedgerLife(EVENING, stores);
  for (const step of BEFORE) await life.perform(step);
  await life.perform({ kind: 'compact', crash });
  const { calls } = life;
  life.world.clock.nowMs = Date.UTC(2026, 10, 21, 1);
  for (let runs = 0; runs < 2; runs++) await life.perform({ kind: 'compact' });
  expect(await brokenRule(life, stores.blobs.files)).toBeUndefined();
  const rollups = await Array.fromAsync(stores.ledger.rollups('2026-11-19', '2026-11-21'));
  const gates = stores.gates.scopes().map((scope) => stores.gates.peek(scope).committedByDay);
  return {
    calls,
    books: { rollups: new Set(rollups), files: stores.blobs.files, gates, progress: await stores.ledger.progress() },
  };
}

describe('a compactor that dies around any of its calls', () => {
  it('leaves books that the next run makes the same as if it had not', async () => {
    const { calls, books } = await booksAfter();
    expect(books.progress).toEqual({ closedHour: '2026-11-20T23', auditedDay: '2026-11-20' });
    expect(books.files.size).toBeGreaterThan(1);
    expect(calls).toBeGreaterThan(60);
    for (let at = 1; at <= calls; at++)
      for (const when of ['before', 'after'] as const) expect((await booksAfter({ at, when })).books, `${when} call ${at}`).toEqual(books);
  });
});
