import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lowCacheHits } from '../../functions/core/findings/low-cache-hit.ts';
import { spendSpikes } from '../../functions/core/findings/spend-spike.ts';
import { unusedFeatures } from '../../functions/core/findings/unused-feature.ts';
import { picoToUsd, usdToPico } from '../../functions/core/money.ts';
import { buildReport } from '../../functions/core/report.ts';
import { daysBetween, reportPeriod } from '../../functions/core/report-period.ts';
import type { Rollup } from '../../functions/core/rollup.ts';
import { NO_USAGE } from '../../functions/core/usage.ts';
import { rollup } from '../support/rollups.ts';
import { featureSettings, settings as makeSettings } from '../support/settings.ts';

const period = reportPeriod('2026-11-20');
const allDays = daysBetween(period.beforeFrom, period.to);
const settings = makeSettings({ features: { a: featureSettings('a'), b: featureSettings('b') } });
const perDay = (usdOf: (day: string, index: number) => number, over: Partial<Rollup> = {}) =>
  allDays.map((day, index) => rollup({ day, costPico: usdToPico(usdOf(day, index)), feature: 'a', ...over }));
const input = (rollups: readonly Rollup[]) => ({ period, rollups, settings });

describe('a spend spike', () => {
  it('is priced at what the day cost above the median of the seven days before', () => {
    const [found, ...more] = spendSpikes(input(perDay((day) => (day === '2026-11-17' ? 100 : 10))));
    expect(more).toEqual([]);
    expect(picoToUsd(found?.wastedPico ?? 0n)).toBe('90');
    expect(found?.evidence).toMatchObject({ day: '2026-11-17', spentUsd: '100', medianUsd: '10' });
  });

  it('is not a day below three times the median', () => {
    expect(spendSpikes(input(perDay((day) => (day === '2026-11-17' ? 29 : 10))))).toEqual([]);
  });

  it('is not noise below the money floor', () => {
    expect(spendSpikes(input(perDay((day) => (day === '2026-11-17' ? 5 : 0.5))))).toEqual([]);
  });

  it('is not the first days of a new feature', () => {
    expect(spendSpikes(input(perDay((day) => (day >= '2026-11-15' ? 200 : 0))))).toEqual([]);
  });

  it('belongs to the template that caused it', () => {
    const steady = perDay(() => 20, { template: 'dispute' });
    const spiky = perDay((day) => (day === '2026-11-18' ? 400 : 20));
    expect(spendSpikes(input([...steady, ...spiky])).map((found) => found.template)).toEqual(['extract']);
  });

  it('never claims more waste than was spent', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 14, maxLength: 14 }), (costs) => {
        const rollups = perDay((_, index) => costs[index] ?? 0);
        const spent = rollups.filter(({ day }) => day >= period.from).reduce((sum, { costPico }) => sum + costPico, 0n);
        for (const { wastedPico } of spendSpikes(input(rollups))) expect(wastedPico <= spent).toBe(true);
      }),
    );
  });
});

describe('a low cache hit rate', () => {
  const usage = { ...NO_USAGE, input: 100_000, cacheWrite5m: 10_000_000, cacheRead: 500_000 };
  const wasteful = rollup({ day: period.from, feature: 'a', calls: 1000, usage, costPico: usdToPico(20) });

  it('costs the writes that could have been reads, but one an hour', () => {
    const [found] = lowCacheHits(input([wasteful]));
    // 10M tokens x (1.25 - 0.10) USD/M x 999/1000 calls, at the made-up 1 USD/M model
    expect(picoToUsd(found?.wastedPico ?? 0n)).toBe('11.4885');
    expect(found?.evidence).toMatchObject({ hitRatePercent: 4.7 });
  });

  it('is not found at 20 % and more', () => {
    expect(lowCacheHits(input([{ ...wasteful, usage: { ...usage, cacheRead: 4_000_000 } }]))).toEqual([]);
  });

  it('is not found in batch work, which no provider caches', () => {
    expect(lowCacheHits(input([{ ...wasteful, mode: 'batch' }]))).toEqual([]);
  });

  it('leaves out the days that a spike already counts', () => {
    const history = perDay(() => 1).filter(({ day }) => day !== '2026-11-18');
    const spike = { ...wasteful, day: '2026-11-18', costPico: usdToPico(200) };
    const report = buildReport(input([...history, spike]), daysBetween(period.from, period.to), []);
    expect(report.findings.map(({ kind }) => kind)).toEqual(['spend_spike', 'unused_feature']);
  });
});

describe('an unused feature', () => {
  it('is one that is configured and was not called in either week', () => {
    expect(unusedFeatures(input(perDay(() => 1))).map((found) => found.feature)).toEqual(['b']);
  });
});

describe('a report', () => {
  it('adds up: features, models and days each make the total', () => {
    const amount = fc.record({
      day: fc.constantFrom(...allDays),
      feature: fc.constantFrom('a', 'b', 'gone'),
      model: fc.constantFrom('haiku', 'sonnet'),
      costPico: fc.bigInt(0n, 10n ** 16n),
    });
    fc.assert(
      fc.property(fc.array(amount), (amounts) => {
        const report = buildReport(input(amounts.map((over) => rollup(over))), daysBetween(period.from, period.to), []);
        const sum = (lines: readonly { costPico: bigint }[]) => lines.reduce((total, { costPico }) => total + costPico, 0n);
        expect([sum(report.byFeature), sum(report.byModel), sum(report.byDay)]).toEqual([
          report.totalPico,
          report.totalPico,
          report.totalPico,
        ]);
      }),
    );
  });
});
