import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localDay, utcHour } from '../../functions/core/calendar.ts';
import { localTime } from '../../functions/core/local-time.ts';
import { sumPico } from '../../functions/core/money.ts';
import type { Rollup } from '../../functions/core/rollup.ts';
import { badHours } from '../../functions/core/trace/bad-hours.ts';
import { Breakdown } from '../../functions/core/trace/breakdown.ts';
import { changeIn } from '../../functions/core/trace/change.ts';
import { CostSeries, costsOf } from '../../functions/core/trace/cost-series.ts';
import { type DaySlots, daySlots, sameTimes } from '../../functions/core/trace/day-slots.ts';
import { traceWindow } from '../../functions/core/trace/find-spike.ts';
import { riseOn } from '../../functions/core/trace/rise.ts';
import { largestSurge } from '../../functions/core/trace/surge.ts';
import { costPico, meteredPico } from '../../functions/core/trace/totals.ts';
import { NO_USAGE } from '../../functions/core/usage.ts';
import { readFeatureUsage } from '../../functions/use-cases/read-feature-usage.ts';
import { readHourCosts } from '../../functions/use-cases/read-hour-costs.ts';
import { readUsage } from '../../functions/use-cases/read-usage.ts';
import { ledgerEntry } from '../support/ledger-entry.ts';
import { rollup } from '../support/rollups.ts';
import { callsAt, office, traceWorld } from '../support/trace-world.ts';

const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Auckland', 'America/St_Johns', 'UTC'];
const zone = fc.constantFrom(...ZONES);
const instant = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 11, 31) });

describe('the slots of a local day', () => {
  it('have room for every instant of it', () => {
    fc.assert(
      fc.property(zone, instant, (timezone, atMs) => {
        const { hours, minutes } = daySlots(localDay(atMs, timezone), timezone);
        const slot = hours.indexOf(utcHour(atMs));
        expect(slot).toBeGreaterThanOrEqual(0);
        const [hour = '', minute = ''] = localTime(atMs, timezone).split(':');
        const since = Number(hour) * 60 + Number(minute) - (minutes[slot] ?? 0);
        // Within its hour; within which Lord Howe's clocks may go back or forth by half of one.
        expect(since).toBeGreaterThanOrEqual(timezone === 'Australia/Lord_Howe' ? -30 : 0);
        expect(since).toBeLessThan(timezone === 'Australia/Lord_Howe' ? 90 : 60);
      }),
      { numRuns: 300 },
    );
  });

  it('meet those of another day at the same local time', () => {
    fc.assert(
      fc.property(zone, instant, instant, (timezone, one, other) => {
        const [a, b] = [daySlots(localDay(one, timezone), timezone), daySlots(localDay(other, timezone), timezone)];
        for (const [slot, at] of sameTimes(a, b).entries()) {
          const minute = a.minutes[slot] ?? 0;
          expect(b.minutes[at]).toBeLessThanOrEqual(Math.max(minute, b.minutes[0] ?? 0));
          expect(b.minutes[at + 1] ?? 1440).toBeGreaterThan(minute);
        }
      }),
      { numRuns: 200 },
    );
  });
});

const amounts = (length: number) => fc.array(fc.bigInt({ min: 0n, max: 1000n }), { minLength: length, maxLength: length });

describe('the largest surge', () => {
  it('is that of the best stretch, whichever that is', () => {
    fc.assert(
      fc.property(amounts(12), amounts(12), (costs, usual) => {
        const excess = (from: number, to: number) => sumPico(costs.slice(from, to + 1).map((cost, at) => cost - (usual[from + at] ?? 0n)));
        const all = costs.flatMap((_, from) => costs.map((__, to) => (to < from ? 0n : excess(from, to))));
        const best = all.reduce((most, each) => (each > most ? each : most), 0n);
        const surge = largestSurge(costs, usual);
        expect(surge?.excessPico ?? 0n).toBe(best);
        if (surge !== undefined) expect(excess(surge.from, surge.to)).toBe(best);
      }),
    );
  });
});

const WINDOW = traceWindow('2026-11-22', 'Europe/Berlin');

describe('the bad hours of a rise', () => {
  it('are never none, each dearer than usual, and hold the dearest', () => {
    fc.assert(
      fc.property(fc.array(amounts(24), { minLength: 21, maxLength: 21 }), fc.integer({ min: 14, max: 20 }), (spent, at) => {
        const series = new CostSeries();
        for (const [index, day] of WINDOW.entries())
          for (const [slot, hour] of day.hours.entries())
            series.add({ feature: 'f', template: 't', day: day.day, hour, costPico: spent[index]?.[slot] ?? 0n });
        const [costs] = series.templates();
        const [day] = WINDOW.slice(at);
        if (costs === undefined || day === undefined) throw new RangeError('no day');
        const rise = riseOn(costs, day, WINDOW.slice(at - 14, at), { begun: 24, floorPico: 1n });
        if (rise === undefined) return;
        const hours = badHours(rise, WINDOW);
        expect(hours.length).toBeGreaterThan(0);
        for (const { costPico: cost, usualPico } of hours) expect(cost).toBeGreaterThan(usualPico);
        expect(hours.map(({ hour }) => hour)).toEqual(hours.map(({ hour }) => hour).toSorted());
      }),
      { numRuns: 50 },
    );
  });
});

describe('the causes of a rise', () => {
  const arbitrary = fc.record({
    calls: fc.integer({ min: 0, max: 50 }),
    input: fc.nat(9999),
    output: fc.nat(999),
    price: fc.bigInt(1n, 9n),
    unknown: fc.bigInt(0n, 10n ** 9n),
  });
  const rollupOf = (
    day: string,
    hour: string,
    { calls, input, output, price, unknown }: typeof arbitrary extends fc.Arbitrary<infer T> ? T : never,
  ): Rollup => {
    const charges = [
      { meter: 'input', unitPricePico: price, tokens: calls * input },
      { meter: 'output', unitPricePico: 5n * price, tokens: calls * output },
    ] as const;
    const metered = sumPico(charges.map(({ unitPricePico, tokens }) => unitPricePico * BigInt(tokens)));
    const usage = { ...NO_USAGE, input: calls * input, output: calls * output };
    return rollup({ day, hour, calls, usage, charges, costPico: metered + unknown, assumedPico: unknown });
  };

  it('add up to what the bad hours cost more than the same hours of ordinary days, to the pico-dollar', () => {
    fc.assert(
      fc.property(fc.array(arbitrary, { minLength: 6, maxLength: 6 }), (given) => {
        const days = WINDOW.slice(-6);
        const rollups = given.map((each, at) => rollupOf(days[at]?.day ?? '', days[at]?.hours[10] ?? '', each));
        const last = days.at(-1);
        const hours = [{ day: last?.day ?? '', hour: last?.hours[10] ?? '', costPico: 0n, usualPico: 0n }];
        const { after, before } = changeIn(rollups, hours, WINDOW, days.slice(0, -1));
        expect(costPico(after)).toBe(rollups.at(-1)?.costPico);
        if (before === undefined || before.anyHour) return;
        const k = BigInt(before.days);
        const expected = (BigInt(before.totals.calls) * meteredPico(before.totals)) / (BigInt(before.totals.calls) * k);
        expect(sumPico(Object.values(before.causes))).toBe(costPico(after) - expected - before.totals.unmeteredPico / k);
      }),
    );
  });
});

describe('the breakdown of entries', () => {
  it('has every dollar in each of its parts once', () => {
    const entry = fc
      .record({
        run: fc.constantFrom('a', 'b', undefined),
        costPico: fc.bigInt(0n, 10n ** 14n),
        kind: fc.constantFrom('settled', 'assumed', 'correction'),
        model: fc.constantFrom('m', 'n'),
      })
      .map(({ run, ...rest }) => ledgerEntry({ ...rest, ...(run === undefined ? {} : { run }) }));
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        const breakdown = new Breakdown();
        for (const each of entries) breakdown.add(each);
        const all = sumPico(entries.map((each) => each.costPico));
        for (const part of [breakdown.runs, breakdown.versions, breakdown.models, breakdown.reasons, breakdown.kinds])
          expect(sumPico(part.dearest().map((tally) => tally.costPico))).toBe(all);
        const calls = breakdown.runs.dearest().reduce((sum, tally) => sum + tally.calls, 0);
        expect(calls).toBe(entries.filter(({ kind }) => kind !== 'correction').length);
      }),
    );
  });
});

describe('what a trace reads', () => {
  const timezone = 'Asia/Kolkata';
  const nowMs = Date.UTC(2026, 10, 22, 18, 50);

  /** Local midnight was at half past six, in the hour that is still open; one entry came after its hour's rollup. */
  async function world() {
    const open = [nowMs - 40 * 60_000, nowMs - 60_000].flatMap((atMs) =>
      ['extract', 'dispute'].flatMap((template) => callsAt(atMs, 3, { template }, timezone)),
    );
    const others = callsAt(nowMs - 60_000, 2, { feature: 'docs-search', template: 'answer' }, timezone);
    const habits = { 'invoice-extractor/extract': office(3), 'docs-search/answer': office(1) };
    const made = await traceWorld(habits, [...open, ...others], { nowMs, timezone });
    for (const late of callsAt(Date.UTC(2026, 10, 19, 5, 5), 3, {}, timezone)) await made.ledger.record(late);
    await made.ledger.markDirty('2026-11-19T05', 'late');
    return made;
  }
  const everybodys = async (made: Awaited<ReturnType<typeof world>>, days: readonly DaySlots[]) =>
    Array.fromAsync(readUsage(days[0]?.day ?? '', days.at(-1)?.day ?? '', made));

  it.each([21, 20])('is, of one feature and %d days, that part of everybody’s usage, open and dirty hours included', async (count) => {
    const made = await world();
    const days = made.window.slice(0, count);
    const sorted = (rollups: readonly Rollup[]) =>
      rollups.map((each) => `${each.day} ${each.hour} ${each.template} ${each.costPico}`).toSorted();
    const own = await readFeatureUsage('invoice-extractor', days, made);
    expect(sorted(own)).toEqual(sorted((await everybodys(made, days)).filter(({ feature }) => feature === 'invoice-extractor')));
    expect(own.map(({ hour }) => hour)).toEqual(expect.arrayContaining(['2026-11-19T05', '2026-11-22T18']));
  });

  it.each([21, 20])('is, of all features and %d days, what they cost hour by hour', async (count) => {
    const made = await world();
    const days = made.window.slice(0, count);
    const expected = new CostSeries();
    for (const usage of await everybodys(made, days)) expected.add(usage);
    const read = await readHourCosts(days, made);
    const plain = (series: CostSeries) =>
      series.templates().flatMap((costs) => days.map((day) => [costs.feature, costs.template, day.day, ...costsOf(costs, day)].join(' ')));
    expect(plain(read).toSorted()).toEqual(plain(expected).toSorted());
    for (const { day } of made.window) expect(read.dayTotal(day)).toBe(expected.dayTotal(day));
  });
});
