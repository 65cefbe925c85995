import { describe, expect, it } from 'vitest';
import { traceJson } from '../../cli/trace-json.ts';
import { traceText } from '../../cli/trace-text.ts';
import type { LedgerEntry } from '../../functions/core/ledger.ts';
import { NO_USAGE } from '../../functions/core/usage.ts';
import { type TracePorts, type TraceQuery, traceSpend } from '../../functions/use-cases/trace-spend.ts';
import { callsAt, type Habit, office, traceWorld } from '../support/trace-world.ts';

const FEATURE = 'invoice-extractor';
const EXTRACT = `${FEATURE}/extract`;
const NOW = Date.UTC(2026, 10, 22, 18, 30);
const HOUR = 3_600_000;
const at = (text: string) => Date.parse(text);

async function told(query: TraceQuery, world: TracePorts) {
  const found = await traceSpend(query, world);
  const text = traceText(found, query, world.settings);
  return { text, json: JSON.parse(JSON.stringify(traceJson(found, query, world.settings))) };
}
const firstBadHour = async (habit: Habit, entries: readonly LedgerEntry[], now = NOW, timezone = 'Europe/Berlin') =>
  (await told({}, await traceWorld({ [EXTRACT]: habit }, entries, { nowMs: now, timezone }))).json.spike?.firstBadHour;

describe('the first bad hour', () => {
  it('of a deploy that doubles the cost is the hour of the deploy', async () => {
    const doubled: Habit = (when) => office(10)(when) * (when.day === '2026-11-19' && when.hour >= 14 ? 2 : 1);
    const { json, text } = await told({}, await traceWorld({ [EXTRACT]: doubled }, [], { nowMs: NOW }));
    expect(json.spike).toMatchObject({ day: '2026-11-19', firstBadHour: { local: '2026-11-19 14:00' } });
    expect(json.spike.badHours).toHaveLength(4);
    expect(text).toContain('Who: none of its calls is in the ledger.');
  });

  it('of a deploy that stays is still its own, days later', async () => {
    const doubled: Habit = (when) => 10 * (when.day > '2026-11-19' || (when.day === '2026-11-19' && when.hour >= 14) ? 3 : 1);
    const { json } = await told({}, await traceWorld({ [EXTRACT]: doubled }, [], { nowMs: NOW }));
    expect(json.spike.firstBadHour.local).toBe('2026-11-19 14:00');
    expect(json.spike.badHours.at(-1).local).toBe('2026-11-22 18:00');
  });

  it('of a ramp is the one in which it leaves the usual course', async () => {
    const ramp: Habit = (when) => office(10)(when) + (when.day === '2026-11-19' && when.hour >= 12 ? 6 * (when.hour - 11) : 0);
    expect(await firstBadHour(ramp, [])).toMatchObject({ local: '2026-11-19 12:00' });
  });

  it('of a spike in the night is found where nobody ever called, and its calls are compared with the days', async () => {
    const { json, text } = await told(
      {},
      await traceWorld({ [EXTRACT]: office(2) }, callsAt(at('2026-11-18T02:40Z'), 300), { nowMs: NOW }),
    );
    expect(json.spike).toMatchObject({ firstBadHour: { local: '2026-11-18 03:00' }, change: { before: { hours: 'whole_days' } } });
    expect(text).toMatch(/What changed: more calls 100%\n.*\nusually, at any hour/);
  });

  it.each([{}, { day: '2026-11-18' }, { day: '2026-11-19' }])(
    'of a spike through midnight is the evening before, asked for %j',
    async (query) => {
      const night = ['20:50Z', '21:00Z', '22:00Z', '23:00Z', '24:00Z'].flatMap((time) => callsAt(at(`2026-11-18T${time}`), 150));
      const { json } = await told(query, await traceWorld({ [EXTRACT]: office(2) }, night, { nowMs: NOW }));
      expect(json.spike.badHours.map(({ local }: { local: string }) => local)).toEqual([
        ...['2026-11-18 21:00', '2026-11-18 22:00', '2026-11-18 23:00', '2026-11-19 00:00', '2026-11-19 01:00'],
      ]);
      expect(json.spike.excessUsd).toBe('150');
    },
  );

  it('of a quiet Saturday counts from what Saturdays cost, not from Friday', async () => {
    const entries = [11, 12, 13, 14].flatMap((hour) => callsAt(at(`2026-11-21T${hour}:00Z`), 90));
    expect(await firstBadHour(office(20), entries)).toMatchObject({ local: '2026-11-21 12:00' });
  });

  it('may be the running one, which has no rollup yet', async () => {
    expect(await firstBadHour(office(2), callsAt(at('2026-11-22T18:05Z'), 200))).toMatchObject({ hour: '2026-11-22T18' });
  });

  it('keeps to the clock on the wall when daylight saving begins and ends', async () => {
    const job: Habit = ({ hour }) => (hour === 9 ? 60 : 0);
    for (const [now, day] of [
      ['2026-10-28T20:30Z', '2026-10-25'],
      ['2027-03-30T20:30Z', '2027-03-28'],
    ] as const) {
      expect(await firstBadHour(job, [], at(now))).toBeUndefined();
      // Two in the morning comes twice, or never.
      for (const time of ['00:30Z', '01:30Z'])
        expect(await firstBadHour(job, callsAt(at(`${day}T${time}`), 400), at(now))).toMatchObject({ hour: `${day}T${time.slice(0, 2)}` });
    }
  });

  it.each(['Asia/Kolkata', 'Australia/Lord_Howe', 'America/St_Johns'])(
    'is right where clocks are off by half an hour: %s',
    async (timezone) => {
      const habit: Habit = ({ hour }) => 5 + (hour % 3);
      expect(await firstBadHour(habit, [], NOW, timezone)).toBeUndefined();
      const spike = callsAt(at('2026-11-19T18:31Z'), 400, {}, timezone);
      expect(await firstBadHour(habit, spike, NOW, timezone)).toMatchObject({ hour: '2026-11-19T18' });
    },
  );
});

describe('a traced spike', () => {
  it('of a new template is said to be new', async () => {
    const entries = callsAt(at('2026-11-20T09:10Z'), 200, { template: 'dispute' });
    const { json, text } = await told({}, await traceWorld({ [EXTRACT]: office(2) }, entries, { nowMs: NOW }));
    expect(json.spike).toMatchObject({ template: 'dispute', isNew: true, usualUsd: '0', change: { before: null } });
    expect(text).toContain('usually $0.00: it is new: not called on the 14 days before');
    expect(text).toContain('What changed: it was not called before.');
  });

  it('on the first day of the ledger is what costs most, and said to have nothing to compare with', async () => {
    const entries = callsAt(at('2026-11-22T09:10Z'), 200);
    expect((await told({}, await traceWorld({}, entries, { nowMs: NOW }))).text).toContain('there is no day before to compare with');
  });

  it('of thousands of small calls without a run says so', async () => {
    const { json, text } = await told(
      {},
      await traceWorld({ [EXTRACT]: office(2) }, callsAt(at('2026-11-20T09:10Z'), 300), { nowMs: NOW }),
    );
    expect(text).toMatch(/Who: 300 calls without a run made 100% of it/);
    expect(json).toMatchObject({ spike: { runs: [{ run: null, calls: 300 }], runCount: 0, requests: { distinct: 300 } } });
  });

  it('of few runs names them, the dearest first', async () => {
    const runs = [40, 140, 90].flatMap((calls, run) => callsAt(at(`2026-11-20T09:1${run}Z`), calls, { run: `crawler-${run}` }));
    const { json, text } = await told({}, await traceWorld({ [EXTRACT]: office(2) }, runs, { nowMs: NOW }));
    expect(text).toContain('Who: 2 runs made 85% of it');
    expect(json.spike.runs.map(({ run }: { run: string }) => run)).toEqual(['crawler-1', 'crawler-2', 'crawler-0']);
  });

  it('of a new version, a dearer model and longer prompts says what changed', async () => {
    const usage = { ...NO_USAGE, input: 300_000, output: 20_000 };
    const unitPrices = { input: 3_000_000n, cacheRead: 0n, cacheWrite5m: 0n, cacheWrite1h: 0n, output: 15_000_000n };
    const over = { usage, unitPrices, model: 'sonnet', arm: 'strong', templateVersion: 'v42', stopReason: 'max_tokens' } as const;
    const before = callsAt(at('2026-11-20T11:00Z'), 5, { templateVersion: 'v41' });
    const entries = [...before, ...callsAt(at('2026-11-20T12:05Z'), 60, over)];
    const { json, text } = await told({}, await traceWorld({ [EXTRACT]: office(2) }, entries, { nowMs: NOW }));
    expect(text).toMatch(/What changed: dearer tokens \(model, mode or cache\) \d+%, more calls \d+%, longer prompts \d+%/);
    expect(text).toMatch(/sonnet on_demand 9\d% of the cost \(usually 0%\)/);
    expect(text).toContain('- template version v42 since 2026-11-20 13:05; before: v41');
    expect(text).toContain('% of the calls stopped with max_tokens');
    expect(json.spike.templateVersions).toMatchObject({ before: ['v41'], during: [{ version: 'v42', calls: 60 }] });
  });

  it('of calls whose usage nobody knows says that they are booked whole, and what would have been refused', async () => {
    const costPico = 1_000_000_000_000n;
    const over = {
      kind: 'assumed',
      usage: NO_USAGE,
      costPico,
      holdPico: costPico,
      wouldRefuse: 'budget_exhausted',
      fingerprint: '',
    } as const;
    const { text } = await told({}, await traceWorld({ [EXTRACT]: office(2) }, callsAt(at('2026-11-20T20:05Z'), 60, over), { nowMs: NOW }));
    expect(text).toMatch(/What changed: calls whose usage nobody knows, booked whole 100%/);
    expect(text).toContain('- 60 calls ended unknown and are booked at their whole hold, $60.00');
    expect(text).toContain('- observe mode let 60 calls pass that enforce mode refuses (budget_exhausted)');
    expect(text).not.toContain('the same request');
  });

  it('whose entries have expired tells what the rollups still know', async () => {
    const entries = callsAt(at('2026-11-18T09:10Z'), 200, { run: 'nightly-7' });
    const { ledger, ...world } = await traceWorld({ [EXTRACT]: office(2) }, entries, { nowMs: NOW, retentionDays: 3 });
    ledger.entries.clear();
    const { json, text } = await told({}, { ...world, ledger });
    expect(json.spike).toMatchObject({ runs: [], entries: { read: 0, expired: true }, firstBadHour: { local: '2026-11-18 10:00' } });
    expect(text).toMatch(/Who: the 2\d\d calls have expired; only their sums are left\./);
    expect(text).toMatch(/Next: npx spillway spend --by template,model,mode --from 2026-11-18 --to 2026-11-18$/);
  });

  it('of more calls than are read says how many it read', async () => {
    const entries = callsAt(at('2026-11-20T09:10Z'), 200);
    const { ledger, ...world } = await traceWorld({ [EXTRACT]: office(2) }, entries, { nowMs: NOW });
    const [entry] = entries;
    async function* many() {
      for (let read = 0; read < 200_001; read += 1) if (entry !== undefined) yield entry;
    }
    const { json, text } = await told(
      {},
      { ...world, ledger: { ...ledger, ofHour: (hour) => (hour === entry?.hour ? many() : ledger.ofHour(hour)) } },
    );
    expect(json.spike.entries).toMatchObject({ read: 200_000, cut: true });
    expect(text).toContain('Read: the first 200,000 of 2');
  });

  it('names what else was unusual that day', async () => {
    const entries = ['extract', 'dispute'].flatMap((template, index) => callsAt(at('2026-11-20T02:10Z'), 400 - 200 * index, { template }));
    const { json, text } = await told({}, await traceWorld({ [EXTRACT]: office(2) }, entries, { nowMs: NOW }));
    expect(text).toContain('Also unusual that day: dispute of invoice-extractor ($40.00)');
    expect(json.spike.shareOfRise).toBeCloseTo(2 / 3, 2);
  });

  it('lasts to this moment when it still goes on', async () => {
    const now = at('2026-11-20T14:20Z');
    const entries = [12, 13, 14].flatMap((hour) => callsAt(at(`2026-11-20T${hour}:00Z`), 90));
    expect((await told({}, await traceWorld({ [EXTRACT]: office(2) }, entries, { nowMs: now }))).json.spike).toMatchObject({
      day: '2026-11-20',
      firstBadHour: { hour: '2026-11-20T12' },
      badHours: [{}, {}, { hour: '2026-11-20T14' }],
    });
    expect(now % HOUR).not.toBe(0);
  });
});
