import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamodbLedger } from '../../functions/adapters/dynamodb-ledger.ts';
import { entryItem } from '../../functions/adapters/ledger-item.ts';
import { requestIdOf } from '../../functions/core/ledger.ts';
import { rollUp } from '../../functions/core/rollup.ts';
import { startDynalite } from '../support/dynalite.ts';
import { ledgerEntry } from '../support/ledger-entry.ts';
import { memoryLedger } from '../support/memory-ledger.ts';

let dynalite: Awaited<ReturnType<typeof startDynalite>>;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());

describe.each([
  ['in memory', () => memoryLedger()],
  ['in DynamoDB', () => dynamodbLedger({ LEDGER_TABLE: dynalite.ledgerTable }, 400)],
] as const)('the usage ledger %s', (_where, make) => {
  it('keeps the first entry of an attempt and answers it to whoever comes later', async () => {
    const ledger = make();
    const first = ledgerEntry({ run: 'run:1', wouldRefuse: 'budget_exhausted', costPico: 9_007_199_254_740_993n });
    const late = { ...first, kind: 'assumed', costPico: 5n } as const;
    expect(await ledger.record(first)).toEqual(first);
    expect(await ledger.record(late)).toEqual(first);
    expect(await ledger.find(first.requestId, 1)).toEqual(first);
    expect(await ledger.find(first.requestId, 2)).toBeUndefined();
  });

  it('finds all attempts and corrections of a request from its id alone', async () => {
    const ledger = make();
    const first = ledgerEntry();
    await ledger.record({ ...first, attempt: 2, escalated: true });
    await ledger.record(first);
    await ledger.record({ ...first, kind: 'correction', costPico: -500n });
    const found = await ledger.ofRequest(first.requestId);
    expect(found.map(({ attempt, kind }) => `${attempt} ${kind}`).toSorted()).toEqual(['1 correction', '1 settled', '2 settled']);
    expect(found.some(({ costPico }) => costPico === -500n)).toBe(true);
  });

  it('lives in the hour of the ulid, whatever the entry says', async () => {
    const ledger = make();
    const requestId = requestIdOf('f', 't', ulid(Date.UTC(2026, 0, 2, 3, 59, 59, 999)));
    const stored = await ledger.record(ledgerEntry({ feature: 'f', template: 't', requestId, hour: '2026-01-02T04' }));
    expect(stored.hour).toBe('2026-01-02T03');
    expect(await Array.fromAsync(ledger.ofHour('2026-01-02T03'))).toEqual([stored]);
  });

  it('reads all entries of an hour and no other', async () => {
    const ledger = make();
    const at = (minute: number) => Date.UTC(2026, 1, 3, 9, minute);
    const entries = Array.from({ length: 70 }, (_, index) => ledgerEntry({ admittedAtMs: at(index) }));
    await Promise.all(entries.map((entry) => ledger.record(entry)));
    const found = await Array.fromAsync(ledger.ofHour('2026-02-03T09'));
    expect(new Set(found.map(({ requestId }) => requestId))).toEqual(new Set(entries.slice(0, 60).map(({ requestId }) => requestId)));
    expect(found).toHaveLength(60);
  });

  it('clears only the dirty marks that it is given', async () => {
    const ledger = make();
    await ledger.markDirty('2026-03-01T01', 'a#1');
    const seen = await ledger.dirtyHours();
    await ledger.markDirty('2026-03-01T01', 'b');
    await ledger.clearDirty(seen);
    expect(await ledger.dirtyHours()).toEqual([{ hour: '2026-03-01T01', markId: 'b' }]);
  });

  it('replaces the rollups of an hour by what its entries add up to now', async () => {
    const ledger = make();
    const day = '2026-04-01';
    const entries = [
      ledgerEntry({ day, costPico: 3n }),
      ledgerEntry({ day, costPico: 4n }),
      ledgerEntry({ day: '2026-04-02', kind: 'assumed' }),
    ];
    await ledger.putRollups(entries[0]?.hour ?? '', rollUp(entries.slice(0, 1)));
    await ledger.putRollups(entries[0]?.hour ?? '', rollUp(entries));
    await ledger.putRollups(entries[0]?.hour ?? '', rollUp(entries));
    expect(await Array.fromAsync(ledger.rollups(day, day))).toEqual(rollUp(entries.slice(0, 2)));
    expect(await Array.fromAsync(ledger.rollups('2026-03-31', '2026-04-02'))).toEqual(rollUp(entries));
  });

  it('remembers how far the compactor has come', async () => {
    const ledger = make();
    expect(await ledger.progress()).toEqual({});
    await ledger.setProgress({ closedHour: '2026-11-22T09', auditedDay: '2026-11-21' });
    expect(await ledger.progress()).toEqual({ closedHour: '2026-11-22T09', auditedDay: '2026-11-21' });
  });
});

describe('a stored entry', () => {
  it('is one write unit even with the longest names', () => {
    const name = 'n'.repeat(48);
    const entry = ledgerEntry({
      feature: name,
      template: name,
      run: 'r'.repeat(128),
      modelId: 'm'.repeat(60),
      owner: `${'o'.repeat(30)}@acme.example`,
    });
    const size = Object.entries(entryItem(entry)).reduce((sum, [key, value]) => sum + key.length + (value.S ?? value.N ?? '').length, 0);
    expect(size + `usage#2026-11-22T10#15${name}#${name}#${ulid()}#1`.length).toBeLessThan(1280);
  });
});
