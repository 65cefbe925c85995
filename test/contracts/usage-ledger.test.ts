import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Item, itemKey } from '../../functions/adapters/dynamodb-client.ts';
import { dynamodbLedger } from '../../functions/adapters/dynamodb-ledger.ts';
import { entryItem, parseEntry } from '../../functions/adapters/ledger-item.ts';
import { type LedgerEntry, requestIdOf } from '../../functions/core/ledger.ts';
import { rollUp } from '../../functions/core/rollup.ts';
import { segmentsOf, shortPrefix } from '../../functions/core/template-version.ts';
import type { HourCost } from '../../functions/core/trace/cost-series.ts';
import { LONGEST_MODEL_ID, LONGEST_OWNER } from '../../lib/configuration/field-shapes.ts';
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

  it('reads an hour in the order of feature, template and time, and one feature or template of it alone', async () => {
    const ledger = make();
    const names = ['a', 'a-b', 'a_b', 'ab', 'b'];
    const entries = names.flatMap((feature) =>
      names.flatMap((template) =>
        [3, 1, 2].map((minute) => ledgerEntry({ feature, template, admittedAtMs: Date.UTC(2026, 4, 5, 6, minute) })),
      ),
    );
    await Promise.all(entries.toReversed().map((entry) => ledger.record(entry)));
    const key = ({ feature, template, admittedAtMs }: LedgerEntry) => `${feature}#${template}#${admittedAtMs}`;
    const sorted = entries.map(key).toSorted((a, b) => (a < b ? -1 : 1));
    const read = async (...of: Parameters<typeof ledger.ofHour>) => (await Array.fromAsync(ledger.ofHour(...of))).map(key);
    expect(await read('2026-05-05T06')).toEqual(sorted);
    expect(await read('2026-05-05T06', { feature: 'a' })).toEqual(sorted.filter((each) => each.startsWith('a#')));
    expect(await read('2026-05-05T06', { feature: 'a', template: 'a' })).toEqual(sorted.filter((each) => each.startsWith('a#a#')));
    expect(await read('2026-05-05T06', { feature: 'c' })).toEqual([]);
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

  it('reads the rollups of one feature and hour alone, and what all of a day cost', async () => {
    const ledger = make();
    const day = '2026-04-11';
    const hour = `${day}T10`;
    const of = (over: Partial<LedgerEntry>) => ledgerEntry({ day, hour, ...over });
    const entries = [of({}), of({ template: 'dispute' }), of({ feature: 'invoice-extractor-2' }), of({ hour: `${day}T11` })];
    await ledger.putRollups(hour, rollUp(entries));
    expect((await ledger.rollupsOf(day, hour, 'invoice-extractor')).map(({ template }) => template).toSorted()).toEqual([
      'dispute',
      'extract',
    ]);
    expect(await ledger.rollupsOf('2026-04-12', hour, 'invoice-extractor')).toEqual([]);
    const cost = (given: readonly HourCost[]) =>
      given.map((each) => `${each.day} ${each.hour} ${each.feature} ${each.template} ${each.costPico}`).toSorted();
    expect(cost(await Array.fromAsync(ledger.hourCosts(day)))).toEqual(cost(rollUp(entries)));
  });

  it('remembers how far the compactor has come', async () => {
    const ledger = make();
    expect(await ledger.progress()).toEqual({});
    await ledger.setProgress({ closedHour: '2026-11-22T09', auditedDay: '2026-11-21' });
    expect(await ledger.progress()).toEqual({ closedHour: '2026-11-22T09', auditedDay: '2026-11-21' });
  });
});

describe('a stored entry', () => {
  it('is less than 1 KB, one write unit, with the longest names that any configuration and caller can give', () => {
    const name = 'n'.repeat(48);
    const admittedAtMs = Date.UTC(2026, 10, 22, 10, 30);
    const entry = ledgerEntry({
      ...{ feature: name, template: name, team: name, model: name, run: 'r'.repeat(128), templateVersion: 'v'.repeat(48) },
      ...{ owner: `${'o'.repeat(LONGEST_OWNER - 13)}@acme.example`, modelId: 'm'.repeat(LONGEST_MODEL_ID) },
      ...{ kind: 'correction', mode: 'on_demand', arm: 'strong', escalated: true, reason: 'model_override', admittedAtMs },
      usage: {
        input: 1_000_000,
        cacheRead: 1_000_000,
        cacheWrite5m: 1_000_000,
        cacheWrite1h: 1_000_000,
        output: 128_000,
        reasoning: 128_000,
      },
      unitPrices: { input: 22_000_000n, cacheRead: 2_200_000n, cacheWrite5m: 27_500_000n, cacheWrite1h: 44_000_000n, output: 110_000_000n },
      ...{ costPico: -123_456_789_012_345n, holdPico: 123_456_789_012_345n, seenOutputTokens: 128_000, latencyMs: 899_999 },
      ...{ stopReason: 'model_context_window_exceeded', wouldRefuse: 'model_not_allowed', priceBook: '2026-11-22.0123abcd' },
      prefix: shortPrefix(segmentsOf('x'.repeat(5_500_000)).map((_, at) => `${at}`.padStart(16, 'f'))),
    });
    const key = { pk: 'usage#2026-11-22T10#15', sk: `${name}#${name}#${ulid(admittedAtMs)}#2#correction` };
    const item = { ...itemKey(key), ...entryItem(entry), expiresAt: { N: '1800000000' } };
    expect(itemBytes(item)).toBeLessThan(1024);
    expect(parseEntry(item)).toEqual({ ...entry, requestId: expect.stringContaining(name), attempt: 2 });
  });

  it('that is not one of ours is not guessed at', () => {
    const item = { ...itemKey({ pk: 'usage#2026-11-22T10#1', sk: `f#t#${ulid()}#1` }), ...entryItem(ledgerEntry()) };
    expect(() => parseEntry({ ...item, v: { N: '1' } })).toThrow('unreadable ledger entry');
    expect(() => parseEntry({ ...item, cost: { N: '1.5' } })).toThrow('unreadable ledger entry');
    expect(() => parseEntry({ ...item, sk: { S: 'f#t#1' } })).toThrow('unreadable ledger entry');
  });
});

/** As DynamoDB counts: names and strings by their UTF-8 bytes, a number by a byte for two digits and one more. */
const itemBytes = (item: Item): number =>
  Object.entries(item).reduce(
    (sum, [name, { S = '', N = '' }]) => sum + Buffer.byteLength(name + S) + (N === '' ? 0 : Math.ceil(N.length / 2) + 1),
    0,
  );
