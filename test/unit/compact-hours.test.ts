import { describe, expect, it } from 'vitest';
import { sumPico, usdToPico } from '../../functions/core/money.ts';
import { settleMoney } from '../../functions/use-cases/settle-money.ts';
import { ledgerEntry } from '../support/ledger-entry.ts';
import { type memoryLedger, rollupsOf } from '../support/memory-ledger.ts';
import { entriesOfFile } from '../support/read-export.ts';
import { settings } from '../support/settings.ts';
import { DAY, FEATURE, HOUR_MS, memoryStores, NOON, RUN_MS, upkeepWorld } from '../support/upkeep-world.ts';

const world = (over = {}) => upkeepWorld(memoryStores(), settings(over));
const FILE = `exports/ledger/utc_day=${DAY}/12.jsonl.gz`;

/** A ledger whose hours are read as `before` says. */
const readingHours = (ledger: ReturnType<typeof memoryLedger>, before: (hour: string) => void) => ({
  ...ledger,
  async *ofHour(hour: string) {
    before(hour);
    yield* ledger.ofHour(hour);
  },
});

describe('the hours of the compactor', () => {
  it('are closed oldest first, each noted before the next is read', async () => {
    const { ports, clock, call, run } = world();
    await call('0.01');
    clock.nowMs += 4 * HOUR_MS;
    const read: string[] = [];
    const noted: string[] = [];
    const ledger = {
      ...readingHours(ports.ledger, (hour) => read.push(hour)),
      setProgress: (progress: { closedHour?: string }) => {
        noted.push(progress.closedHour ?? '');
        expect(read.at(-1)).toBe(progress.closedHour);
        return ports.ledger.setProgress(progress);
      },
    };
    await run({ ledger });
    expect(noted).toEqual(read);
    expect(noted).toEqual(noted.toSorted());
    expect(noted.at(-1)).toBe('2026-11-20T15');
  });

  it('that a run has not begun in time are left, and said to be; the next runs go on', async () => {
    const { ports, clock, call, run } = world();
    await call('0.01');
    clock.nowMs += 6 * HOUR_MS;
    const takes = (minutes: number) => (): void => {
      clock.nowMs += minutes * 60_000;
    };
    const minutesEach = (minutes: number) => ({ ledger: readingHours(ports.ledger, takes(minutes)) });
    // From the local midnight, 23:00 UTC, to 17:00: 19 hours, and a run of 15 minutes begins nothing after 10.
    expect(await run(minutesEach(3))).toMatchObject({ hoursRolledUp: 4, hoursLeft: 15 });
    expect((await ports.ledger.progress()).closedHour).toBe('2026-11-20T02');
    expect(await run(minutesEach(1))).toMatchObject({ hoursRolledUp: 10, hoursLeft: 5 });
    expect(await run()).toMatchObject({ hoursLeft: 0 });
    expect(await Array.fromAsync(ports.ledger.rollups(DAY, DAY))).toEqual(rollupsOf(ports.ledger));
  });

  it('after one that cannot be read wait for it, while those that have changed are done', async () => {
    const { ports, clock, call, run, failures } = world();
    await call('0.01');
    clock.nowMs += 2 * HOUR_MS;
    await run();
    await ports.ledger.markDirty('2026-11-20T12', 'late');
    clock.nowMs += 3 * HOUR_MS;
    const broken = readingHours(ports.ledger, (hour) => {
      if (hour === '2026-11-20T14') throw new RangeError('unreadable');
    });
    await expect(run({ ledger: broken })).rejects.toThrow('unreadable');
    expect(failures.map(String)).toEqual(['RangeError: unreadable']);
    expect((await ports.ledger.progress()).closedHour).toBe('2026-11-20T13');
    expect(await ports.ledger.dirtyHours()).toEqual([]);
    expect(await run()).toMatchObject({ hoursRolledUp: 3, hoursLeft: 0 });
  });

  it('are not lost when the compactor runs for the first time ten days after the first call', async () => {
    const { ports, clock, call, run, total } = world();
    await call('0.01');
    clock.nowMs += 3 * 24 * HOUR_MS;
    await call('0.02');
    clock.nowMs += 7 * 24 * HOUR_MS;
    expect(await total()).toBe('0.03');
    expect(await run()).toMatchObject({ hoursLeft: 0, daysAudited: 2 });
    expect(await Array.fromAsync(ports.ledger.rollups(DAY, '2026-11-30'))).toEqual(rollupsOf(ports.ledger));
    expect(await total()).toBe('0.03');
  });
});

describe('an hour of many templates', () => {
  it('has the sums of each stored once, and together what its entries add up to', async () => {
    const { ports, clock, run } = world();
    for (let at = 0; at < 100; at++)
      await ports.ledger.record(ledgerEntry({ admittedAtMs: NOON, day: DAY, template: `t${at % 50}`, costPico: BigInt(at) }));
    clock.nowMs += 2 * HOUR_MS;
    const stored: string[] = [];
    const putRollups: typeof ports.ledger.putRollups = (hour, rollups) => {
      stored.push(...rollups.map(({ template }) => template));
      return ports.ledger.putRollups(hour, rollups);
    };
    await run({ ledger: { ...ports.ledger, putRollups } });
    expect(stored.toSorted()).toEqual(Array.from({ length: 50 }, (_, at) => `t${at}`).toSorted());
    expect(sumPico((await Array.fromAsync(ports.ledger.rollups(DAY, DAY))).map(({ costPico }) => costPico))).toBe(4950n);
  });
});

describe('the file of an hour', () => {
  it('has every entry of it, whole, in the order of feature, template and time; an hour without entries has none', async () => {
    const { ports, clock, call, run } = world();
    const { entry, requestId } = await call('0.01');
    await ports.ledger.record({ ...entry, kind: 'correction', costPico: usdToPico('-0.0025') });
    await ports.ledger.record(
      ledgerEntry({
        admittedAtMs: NOON,
        template: 'dispute',
        run: 'r:1',
        answeredBy: 'v2',
        seenOutputTokens: 3,
        wouldRefuse: 'paused',
        prefix: ['abcd'],
      }),
    );
    clock.nowMs += 3 * HOUR_MS;
    await run();
    expect([...ports.blobs.files.keys()]).toEqual([FILE]);
    const entries = entriesOfFile(ports.blobs.files.get(FILE));
    expect(entries).toEqual(await Array.fromAsync(ports.ledger.ofHour('2026-11-20T12')));
    expect(entries.map(({ template, kind }) => `${template} ${kind}`)).toEqual([
      'dispute settled',
      'extract settled',
      'extract correction',
    ]);
    expect(ports.blobs.files.get(FILE)).toContain(`"request_id":"${requestId}","attempt":1,"kind":"correction"`);
    expect(ports.blobs.files.get(FILE)).toContain('"cost_usd":"-0.0025"');
  });

  it('is written again, whole, under the same name, when an entry came late', async () => {
    const { ports, clock, call, run } = world();
    await call('0.01');
    clock.nowMs += 1;
    const late = await call(undefined);
    clock.nowMs += HOUR_MS;
    await ports.ledger.setProgress({ closedHour: '2026-11-20T12' });
    await settleMoney(late.held, { ...late.entry, costPico: usdToPico('0.03') }, ports);
    await run();
    expect(entriesOfFile(ports.blobs.files.get(FILE)).map(({ costPico }) => costPico)).toEqual([usdToPico('0.01'), usdToPico('0.03')]);
  });

  it('is not there when the sums of its hour could not be stored, and the hour stays open', async () => {
    const { ports, clock, call, run } = world();
    await call('0.01');
    clock.nowMs += 2 * HOUR_MS;
    const ledger = { ...ports.ledger, putRollups: () => Promise.reject(new Error('store down')) };
    await expect(run({ ledger })).rejects.toThrow('store down');
    expect([...ports.blobs.files.keys()]).toEqual([]);
    expect((await ports.ledger.progress()).closedHour).toBe('2026-11-20T11');
  });
});

describe('an hour whose entries may have begun to expire', () => {
  it('keeps its rollups and its file as they are; that an entry came is told once, and usage stays', async () => {
    const { ports, clock, call, run, total, alerts } = world({ retentionDays: 35 });
    const { entry } = await call('0.01');
    clock.nowMs += 2 * HOUR_MS;
    await run();
    const [file, rollups] = [ports.blobs.files.get(FILE), rollupsOf(ports.ledger)];
    // The first entries of the hour are gone, the last ones not yet.
    clock.nowMs = Date.UTC(2026, 10, 20, 12, 30) + 35 * 24 * HOUR_MS;
    await run();
    ports.ledger.entries.clear();
    await ports.ledger.record(ledgerEntry({ admittedAtMs: NOON, kind: 'correction' }));
    await ports.ledger.markDirty(entry.hour, 'a correction');
    expect(await total()).toBe('0.01');
    expect(await run()).toMatchObject({ hoursRolledUp: 0, hoursLeft: 0 });
    expect(await Array.fromAsync(ports.ledger.rollups(DAY, DAY))).toEqual(rollups);
    expect(ports.blobs.files.get(FILE)).toBe(file);
    expect(alerts).toMatchObject([{ kind: 'entries_too_late', evidence: { hour: '2026-11-20T12', entries: 1, first: 'a correction' } }]);
    await run();
    expect(alerts).toHaveLength(1);
    expect(await total()).toBe('0.01');
  });

  it('keeps its mark when nobody could be told', async () => {
    const { ports, clock, call, run } = world({ retentionDays: 35 });
    await call('0.01');
    clock.nowMs += 40 * 24 * HOUR_MS;
    await run();
    await ports.ledger.markDirty('2026-11-20T12', 'late');
    await expect(run({ alerts: { publish: () => Promise.reject(new Error('no mail')) } })).rejects.toThrow('no mail');
    expect(await ports.ledger.dirtyHours()).toEqual([{ hour: '2026-11-20T12', markId: 'late' }]);
  });
});

describe('the profile of a template', () => {
  const entry = (minute: number, over: object = {}) =>
    ledgerEntry({ feature: FEATURE, admittedAtMs: NOON + minute * 60_000, prefix: ['aaaa', 'bbbb'], ...over });

  it('takes in the first attempts of its hours in their order, and none of them twice', async () => {
    const { ports, clock, run } = world();
    const shown = [entry(1, { prefix: ['aaaa', 'cccc'] }), entry(2), entry(70), entry(71, { prefix: ['dddd'] })];
    const others = [entry(3, { attempt: 2 }), entry(4, { mode: 'batch' }), entry(5, { prefix: [] }), entry(6, { kind: 'correction' })];
    for (const each of [...others, ...shown.toReversed()]) await ports.ledger.record(each);
    clock.nowMs += 3 * HOUR_MS;
    await run();
    const profile = await ports.profiles.read(FEATURE, 'extract');
    expect(profile).toEqual({ history: { calls: 3, changes: [1, 0], wholeChanges: 2, last: ['dddd'] }, throughHour: '2026-11-20T13' });
    await ports.ledger.markDirty('2026-11-20T12', 'late');
    await ports.ledger.markDirty('2026-11-20T13', 'late');
    await run();
    expect(await ports.profiles.read(FEATURE, 'extract')).toEqual(profile);
  });

  it('grows from hour to hour, also where an hour has more calls than are kept at once', async () => {
    const { ports, clock, run } = world();
    for (let call = 0; call < 600; call++) await ports.ledger.record(entry(call / 20));
    for (let call = 0; call < 5; call++) await ports.ledger.record(entry(60 + call));
    clock.nowMs += HOUR_MS;
    await run();
    expect((await ports.profiles.read(FEATURE, 'extract'))?.history.calls).toBe(599);
    clock.nowMs += RUN_MS + HOUR_MS;
    await run();
    expect((await ports.profiles.read(FEATURE, 'extract'))?.history.calls).toBe(604);
  });
});
