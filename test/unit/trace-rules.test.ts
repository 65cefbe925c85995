import { describe, expect, it } from 'vitest';
import { usdToPico } from '../../functions/core/money.ts';
import { badHours } from '../../functions/core/trace/bad-hours.ts';
import { CostSeries } from '../../functions/core/trace/cost-series.ts';
import { daySlots } from '../../functions/core/trace/day-slots.ts';
import { findSpike, traceWindow } from '../../functions/core/trace/find-spike.ts';
import { largestGrowth } from '../../functions/core/trace/growth.ts';
import { riseOn } from '../../functions/core/trace/rise.ts';
import { upperBound } from '../../functions/core/trace/usual-course.ts';
import { traceSpend } from '../../functions/use-cases/trace-spend.ts';
import { callsAt, traceWorld } from '../support/trace-world.ts';

const WINDOW = traceWindow('2026-11-22', 'UTC');
const NOW = Date.UTC(2026, 10, 22, 23, 59);
type Dollars = (at: { readonly age: number; readonly hour: number; readonly weekday: number }) => number;

/** Exactly that many dollars an hour, `age` days after the window began; day 20 is Sunday the 22nd. */
function seriesOf(templates: Readonly<Record<string, Dollars>>): CostSeries {
  const series = new CostSeries();
  for (const [template, dollars] of Object.entries(templates))
    for (const [age, { day, hours }] of WINDOW.entries())
      for (const [at, hour] of hours.entries()) {
        const costPico = usdToPico(dollars({ age, hour: at, weekday: (age + 1) % 7 }).toFixed(6));
        if (costPico > 0n) series.add({ feature: 'f', template, day, hour, costPico });
      }
  return series;
}
const verdict = (templates: Readonly<Record<string, Dollars>>, nowMs = NOW) => findSpike(seriesOf(templates), WINDOW, { nowMs }).kind;
const noisy: Dollars = ({ age, hour }) => 4 + ((age * 7 + hour * 5) % 4) / 2;

describe('a rise is unusual', () => {
  it('from six times the ordinary rise on, the second largest of the days before', () => {
    const rising =
      (dollars: number): Dollars =>
      ({ age, hour }) =>
        hour === 12 ? 2 + (age === 8 || age === 9 ? 5 : 0) + (age === 18 ? dollars : 0) : 0;
    expect(verdict({ t: rising(29) })).toBe('nothing');
    expect(verdict({ t: rising(31) })).toBe('spike');
  });

  it('not by one dear day before it, which is no bound', () => {
    expect(upperBound([9n, 1n, 2n, 3n, 4n, 5n, 6n, 7n])).toBe(7n);
    expect(upperBound([9n, 1n, 2n])).toBe(9n);
    expect(upperBound([])).toBe(0n);
  });

  it('only where it makes its hours half again as dear', () => {
    const steady =
      (more: number): Dollars =>
      ({ age, hour }) =>
        hour === 12 ? 40 + (age === 18 ? more : 0) : 0;
    expect([verdict({ t: steady(19) }), verdict({ t: steady(20) })]).toEqual(['nothing', 'spike']);
  });

  it('with few days to compare only where it makes them three times as dear', () => {
    const young =
      (more: number): Dollars =>
      ({ age, hour }) =>
        age >= 16 && hour === 12 ? 40 + (age === 19 ? more : 0) : 0;
    // The first of its days has nothing before it: asked for its own day alone.
    const asked = (more: number) => findSpike(seriesOf({ t: young(more) }), WINDOW, { day: '2026-11-21', nowMs: NOW }).kind;
    expect([asked(79), asked(80)]).toEqual(['nothing', 'spike']);
  });

  it('not where it comes every Sunday, when it likes', () => {
    // Both Sundays before at five, which is then usual; this one at nine.
    const sundays: Dollars = ({ age, hour, weekday }) => (weekday === 0 && hour === (age === 20 ? 9 : 5) ? 50 : 0);
    const saturday: Dollars = ({ age, hour }) => (age === 19 && hour === 9 ? 50 : 0);
    expect(verdict({ t: sundays, other: () => 5 })).toBe('nothing');
    expect(verdict({ t: saturday, other: () => 5 })).toBe('spike');
  });

  it('today from what other days had cost by this hour', () => {
    const evenings: Dollars = ({ age, hour }) => (hour === 18 + (age % 5) ? 60 : hour === 9 ? 2 + (age === 20 ? 40 : 0) : 0);
    expect(verdict({ t: evenings }, Date.UTC(2026, 10, 22, 10, 30))).toBe('spike');
    expect(verdict({ t: evenings })).toBe('nothing');
  });

  it('from a twentieth of an ordinary day of everything, and from a dollar', () => {
    const small =
      (dollars: number): Dollars =>
      ({ age, hour }) =>
        age === 18 && hour === 12 ? dollars : 0;
    const rest: Dollars = () => 10;
    expect([verdict({ t: small(11), rest }), verdict({ t: small(13), rest })]).toEqual(['nothing', 'spike']);
    expect([verdict({ t: small(0.9), rest: () => 0.01 }), verdict({ t: small(1.1), rest: () => 0.01 })]).toEqual(['nothing', 'spike']);
  });
});

describe('a bad hour', () => {
  /** Hour 13 deviates by three dollars on some days, hour 14 by fifteen on two of them; the 20th has a step from 14 on. */
  const step =
    (first: number): Dollars =>
    ({ age, hour }) => {
      const before = hour === 13 && age % 3 === 0 ? 3 : hour === 14 && (age === 9 || age === 10) ? 15 : 0;
      return 10 + (age === 18 ? (hour === 13 ? first : hour >= 14 && hour < 20 ? 25 : 0) : before);
    };
  const firstOf = (dollars: Dollars): string | undefined => {
    const [costs] = seriesOf({ t: dollars }).templates();
    const [day] = WINDOW.slice(18);
    if (costs === undefined || day === undefined) throw new RangeError('no day');
    const rise = riseOn(costs, day, WINDOW.slice(4, 18), { begun: 24, floorPico: 1n });
    return rise === undefined ? undefined : badHours(rise, WINDOW)[0]?.hour;
  };

  it('is not one that deviates as it always does', () => {
    expect(firstOf(step(5))).toBe('2026-11-20T14');
    expect(firstOf(step(12))).toBe('2026-11-20T13');
  });

  it('is one of half the average excess, however much that hour deviates', () => {
    expect(firstOf(step(0))).toBe('2026-11-20T14');
  });
});

describe('growth', () => {
  const grown = (times: number) =>
    largestGrowth(seriesOf({ t: ({ age }) => (age < 14 ? 1 : times), steady: () => 100 }), WINDOW, usdToPico(1))?.costs.template;
  it('is told from half again as much a week on', () => {
    expect([grown(1.4), grown(1.6)]).toEqual([undefined, 't']);
  });

  it('is not the ledger’s own', () => {
    expect(largestGrowth(seriesOf({ t: ({ age }) => (age < 10 ? 0 : 1 + age) }), WINDOW, 1n)).toBeUndefined();
  });
});

describe('a day whose hours are halves of UTC hours', () => {
  it('begins at its own midnight', () => {
    const { hours, minutes } = daySlots('2026-11-22', 'Asia/Kolkata');
    expect([hours.length, hours[0], minutes.slice(0, 3), minutes.at(-1)]).toEqual([25, '2026-11-21T18', [0, 30, 90], 1410]);
  });

  it('counts no calls of the day before that are in its first UTC hour', async () => {
    const timezone = 'Asia/Kolkata';
    const before = callsAt(Date.UTC(2026, 10, 18, 18, 5), 7, { run: 'the day before' }, timezone);
    const spike = callsAt(Date.UTC(2026, 10, 18, 18, 31), 300, { run: 'runaway' }, timezone);
    const habit = ({ hour }: { hour: number }) => 3 + (hour % 2);
    const world = await traceWorld({ 'invoice-extractor/extract': habit }, [...before, ...spike], { nowMs: NOW, timezone });
    const found = await traceSpend({}, world);
    if (found.kind !== 'spike') throw new RangeError(found.kind);
    expect(found.spike.culprit.day.day).toBe('2026-11-19');
    expect(found.spike.entries.breakdown.runs.dearest().map(({ key, calls }) => [key, calls])).toEqual([['runaway', 300]]);
  });
});

it('noise alone is nothing', () => {
  expect(verdict({ t: noisy })).toBe('nothing');
});
