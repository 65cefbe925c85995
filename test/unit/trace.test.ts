import { describe, expect, it } from 'vitest';
import { traceJson } from '../../cli/trace-json.ts';
import { traceText } from '../../cli/trace-text.ts';
import { type TracePorts, type TraceQuery, traceSpend } from '../../functions/use-cases/trace-spend.ts';
import { callsAt, office, traceWorld } from '../support/trace-world.ts';

/** Sunday evening; the Friday before, at 14:20 in Berlin. */
const NOW = Date.UTC(2026, 10, 22, 18, 30);
const FRIDAY = Date.UTC(2026, 10, 20, 13, 20);
const HOUR = 3_600_000;
const HABITS = { 'invoice-extractor/extract': office(2), 'invoice-extractor/dispute': office(1), 'docs-search/answer': office(4) };

async function told(query: TraceQuery, world: TracePorts) {
  const found = await traceSpend(query, world);
  const text = traceText(found, { ...query, local: true }, world.settings);
  const json = JSON.parse(JSON.stringify(traceJson(found, query, world.settings)));
  return { found, text, json };
}

const runaway = (atMs: number, hours: number, over = {}) =>
  Array.from({ length: hours }, (_, at) => callsAt(at === 0 ? atMs : atMs - (atMs % HOUR) + at * HOUR, 250, over)).flat();

describe('the trace of a runaway', () => {
  const world = () => traceWorld(HABITS, runaway(FRIDAY, 3, { run: 'nightly-7', fingerprint: 'same' }), { nowMs: NOW });

  it('names template, owner, first bad hour, run and the next command, without being told where to look', async () => {
    const { text } = await told({}, await world());
    const lines = text.split('\n');
    expect(lines[0]).toMatch(
      /^extract of invoice-extractor cost \$1(49|50)\.\d\d above usual on 2026-11-20, the worst of all features in the last 7 days\.$/,
    );
    expect(lines[1]).toBe('Owner invoice-extractor@acme.example, team finance.');
    expect(text).toContain('first bad hour  2026-11-20 14:00 Europe/Berlin (2026-11-20T13:00 UTC)');
    expect(text).toContain('bad hours       3, until 2026-11-20 17:00');
    expect(text).toMatch(/explains {8}(99|100)% of what everything rose by in those hours/);
    expect(text).toMatch(/What changed: more calls (99|100|101)%/);
    expect(text).toMatch(/Who: one run made 100% of it\nrun .*\nnightly-7 +750 +\$150\.00 +100% +2026-11-20 14:20 +16:\d\d/);
    expect(text).toContain('- the same request 750 times, 100% of the calls: a retry storm or a loop');
    expect(lines.at(-2)).toMatch(/^Next: npx spillway explain invoice-extractor\.extract\.[0-9A-Z]{26} --local$/);
    expect(lines.length).toBeLessThan(30);
  });

  it('is the same for one feature, and for the day alone', async () => {
    const whole = await told({}, await world());
    for (const query of [{ feature: 'invoice-extractor' }, { feature: 'invoice-extractor', day: '2026-11-20' }, { day: '2026-11-20' }]) {
      const { json } = await told(query, await world());
      expect(json).toMatchObject({ verdict: 'spike', feature: query.feature ?? null, day: query.day ?? null });
      expect({ ...json.spike, shareOf: '', shareOfRise: 0 }).toEqual({ ...whole.json.spike, shareOf: '', shareOfRise: 0 });
    }
  });

  it('has a stable shape for machines', async () => {
    const { json } = await told({}, await world());
    expect(json).toMatchObject({ from: '2026-11-16', to: '2026-11-22', timezone: 'Europe/Berlin' });
    expect(json.spike).toMatchObject({
      ...{ feature: 'invoice-extractor', template: 'extract', owner: 'invoice-extractor@acme.example', team: 'finance', day: '2026-11-20' },
      ...{ isNew: false, daysBefore: 14, shareOf: 'everything', alsoUnusual: [] },
      firstBadHour: { hour: '2026-11-20T13', local: '2026-11-20 14:00' },
      badHours: [{ hour: '2026-11-20T13' }, { hour: '2026-11-20T14' }, { hour: '2026-11-20T15' }],
      change: { before: { hours: 'same_hours', days: 8 } },
      entries: { read: 750, cut: false, expired: false, costUsd: '150' },
      runs: [{ run: 'nightly-7', calls: 750, costUsd: '150', share: 1, first: '2026-11-20T13:20:00.000Z' }],
      requests: { distinct: 1, mostRepeated: { fingerprint: 'same', calls: 750 } },
      models: [{ modelModeArm: 'haiku on_demand cheap', calls: 750 }],
      dearestCall: { costUsd: '0.2' },
    });
  });

  it('reads entries of nothing but its own bad hours, and of the hour before them', async () => {
    const { ledger, ...rest } = await world();
    const read: string[] = [];
    const watched: TracePorts['ledger'] = {
      ...ledger,
      ofHour: (hour, of) => {
        read.push(`${hour} ${of?.feature ?? '*'}/${of?.template ?? '*'}`);
        return ledger.ofHour(hour, of);
      },
    };
    await traceSpend({ feature: 'invoice-extractor' }, { ...rest, ledger: watched });
    const entriesOf = read.filter((each) => each.endsWith('invoice-extractor/extract')).map((each) => each.slice(0, 13));
    expect(entriesOf.toSorted()).toEqual(['2026-11-20T12', '2026-11-20T13', '2026-11-20T14', '2026-11-20T15']);
    expect(entriesOf[0]).toBe('2026-11-20T13');
    // Of the hour that has no rollups yet, the whole feature.
    expect(new Set(read.filter((each) => each.includes('*')))).toEqual(new Set(['2026-11-22T18 invoice-extractor/*']));
  });
});

describe('a trace without a spike', () => {
  it('says plainly that nothing is unusual, and how large the ordinary is', async () => {
    const { text, json } = await told({ feature: 'docs-search' }, await traceWorld(HABITS, [], { nowMs: NOW }));
    expect(text).toMatch(/^Nothing unusual in docs-search from 2026-11-16 to 2026-11-22: (the largest rise|no template)/);
    expect(json).toMatchObject({ verdict: 'nothing_unusual', otherDay: null, growth: null });
  });

  it('points at the day that does stand out, when another was asked for', async () => {
    const world = await traceWorld(HABITS, runaway(FRIDAY, 2), { nowMs: NOW });
    const { text, json } = await told({ feature: 'invoice-extractor', day: '2026-11-19' }, world);
    expect(text).toMatch(/^Nothing unusual in invoice-extractor on 2026-11-19/);
    expect(text).toContain('Next: npx spillway trace invoice-extractor --day 2026-11-20 --local');
    expect(json.otherDay).toMatchObject({ feature: 'invoice-extractor', template: 'extract', day: '2026-11-20' });
  });

  it('calls what grows day by day slow, and not a spike', async () => {
    const slow = { 'docs-search/answer': ({ age }: { age: number }) => 0.5 * 1.1 ** age };
    const { text, json } = await told({}, await traceWorld(slow, [], { nowMs: NOW }));
    expect(text).toMatch(
      /^Nothing unusual .*\n\nWhat rose slowly: answer of docs-search cost \$\d+\.\d\d in the last 7 days, \$\d+\.\d\d in the 7 before\./,
    );
    expect(json.growth).toMatchObject({ feature: 'docs-search', template: 'answer' });
  });

  it('says when there is no usage at all', async () => {
    expect((await told({ feature: 'nobody' }, await traceWorld(HABITS, [], { nowMs: NOW }))).text).toBe(
      'No usage of nobody from 2026-11-16 to 2026-11-22.',
    );
  });

  it.each([
    ['a job that runs once a week', (at: { hour: number; weekday: number }) => (at.weekday === 3 && at.hour === 5 ? 60 : 0)],
    ['a nightly job that starts when it likes', (at: { hour: number; age: number }) => (at.hour === (at.age * 7) % 5 ? 60 : 0)],
    ['quiet weekends', office(20)],
  ])('is not misled by %s', async (_what, habit) => {
    const world = await traceWorld({ 'docs-search/answer': habit }, [], { nowMs: NOW });
    for (const { day } of world.window.slice(-7)) expect((await traceSpend({ day }, world)).kind).not.toBe('spike');
  });
});
