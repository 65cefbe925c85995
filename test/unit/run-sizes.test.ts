import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usdToPico } from '../../functions/core/money.ts';
import { judgeRun, type RunFacts } from '../../functions/core/runaway/judge-run.ts';
import { EMPTY_PROFILE, type RunSize, runsOf, withHour } from '../../functions/core/runaway/spend-profile.ts';
import { playRun, sizedRuns } from '../support/agent-corpus/run-sizes.ts';
import { sizes, usual } from '../support/spend-profiles.ts';

const run = (over: Partial<RunFacts> = {}): RunFacts => ({ calls: 1, spentPico: 1n, ...over });

describe('a run', () => {
  it.each([
    ['an ordinary coding session without history', run({ calls: 31, spentPico: usdToPico(8) }), undefined, undefined],
    ['a long one', run({ calls: 400, spentPico: usdToPico(45) }), undefined, undefined],
    ['one of 600 calls without history', run({ calls: 600 }), undefined, 'warn'],
    ['a thousand and one calls without history', run({ calls: 1_001 }), undefined, 'trip'],
    ['an ordinary coding session among small runs', run({ calls: 31, spentPico: usdToPico(8) }), usual(3, '0.02'), undefined],
    ['60 calls where 3 are usual', run({ calls: 60 }), usual(3, '0.02'), 'warn'],
    ['101 calls where 3 are usual', run({ calls: 101 }), usual(3, '0.02'), 'trip'],
    ['101 calls where 60 are usual', run({ calls: 101 }), usual(60, '8'), undefined],
    ['$21 where two cents are usual', run({ spentPico: usdToPico(21) }), usual(3, '0.02'), 'trip'],
    ['$21 where $8 are usual', run({ spentPico: usdToPico(21) }), usual(60, '8'), 'warn'],
    ['the third generation', run({ depth: 3 }), undefined, undefined],
    ['the fifth', run({ depth: 5 }), undefined, 'warn'],
    ['the ninth', run({ depth: 9 }), undefined, 'trip'],
    ['the 40th subagent', run({ depth: 1, order: 40 }), undefined, undefined],
    ['the 101st', run({ depth: 1, order: 101 }), undefined, 'trip'],
  ])('%s', (_, facts, profile, level) => {
    expect(judgeRun(facts, {}, profile)?.level).toBe(level);
  });

  it('is bound by what is configured, whatever is usual', () => {
    const policy = { maxCallsPerRun: 10, maxUsdPerRunPico: usdToPico(2), maxDepth: 1, maxRunsPerTree: 2 };
    const levels = (facts: Partial<RunFacts>) => judgeRun(run(facts), policy, usual(60, '8'))?.level;
    expect([8, 9, 10, 11].map((calls) => levels({ calls }))).toEqual([undefined, 'warn', 'warn', 'trip']);
    expect(['1.6', '2', '2.01'].map((usd) => levels({ spentPico: usdToPico(usd) }))).toEqual([undefined, 'warn', 'trip']);
    expect([levels({ depth: 2, order: 1 }), levels({ depth: 1, order: 3 })]).toEqual(['trip', 'trip']);
    expect(judgeRun(run({ calls: 11 }), policy, undefined)).toMatchObject({
      reason: 'run_limit',
      evidence: { calls: 11, allowedCalls: 10 },
    });
  });

  it('over its limits is told why in money too', () => {
    const verdict = judgeRun(run({ spentPico: usdToPico(30) }), {}, usual(3, '1'));
    expect(verdict).toMatchObject({ rule: 'usd_per_run', reason: 'runaway_spend', evidence: { spentUsd: '30', allowedUsd: '20' } });
  });
});

describe('invented runs', () => {
  const played = sizedRuns(6, 900_000).map((one) => playRun(one));
  it.each([...Map.groupBy(played, ({ run: one }) => one.name)])('%s', (_, runs) => {
    const tripped = runs.filter(({ trip }) => trip !== undefined).length;
    if (runs[0]?.run.good === true) expect([tripped, runs.filter(({ warned }) => warned)]).toEqual([0, []]);
    else expect(tripped).toBe(runs.length);
    expect(runs.every(({ trip, burnedUsd }) => trip === undefined || burnedUsd < 101)).toBe(true);
  });
});

describe('the history of runs', () => {
  it('is none while fewer than fifty are known', () => {
    const of = (count: number) =>
      runsOf(withHour(EMPTY_PROFILE, { hour: '2026-11-10T10', costPico: 1n, allPico: 1n, runs: sizes(count, { calls: 5, heldPico: 1n }) }));
    expect(of(49)).toBeUndefined();
    expect(of(50)).toBeDefined();
  });

  it('joins what a run makes in hours that follow each other', () => {
    let profile = usual(2, '0.01');
    for (let hour = 11; hour < 21; hour += 1) {
      const long: [string, RunSize][] = Array.from({ length: 20 }, (_, at) => [`long${at}`, { calls: 20, heldPico: usdToPico(1) }]);
      profile = withHour(profile, { hour: `2026-11-10T${hour}`, costPico: 1n, allPico: 1n, runs: new Map(long) });
    }
    expect(runsOf(profile)?.callsP99).toBeGreaterThanOrEqual(200);
    expect(judgeRun(run({ calls: 205, spentPico: usdToPico(10) }), {}, profile)).toBeUndefined();
  });

  it('counts no hour twice', () => {
    const known = usual(3, '1');
    expect(withHour(known, { hour: '2026-11-10T10', costPico: 5n, allPico: 5n, runs: sizes(9, { calls: 999, heldPico: 1n }) })).toBe(known);
  });

  it('is never below the hundredth largest, nor more than a fifth above the largest', () => {
    const run = fc.record({ calls: fc.integer({ min: 1, max: 5_000 }), heldPico: fc.bigInt({ min: 1_000_000n, max: usdToPico(1_000) }) });
    fc.assert(
      fc.property(fc.array(run, { minLength: 50, maxLength: 300 }), (all) => {
        const runs = new Map(all.map((size, at) => [`r${at}`, size]));
        const known = runsOf(withHour(EMPTY_PROFILE, { hour: '2026-11-10T10', costPico: 1n, allPico: 1n, runs }));
        const sorted = all.map(({ calls }) => calls).toSorted((a, b) => a - b);
        const hundredth = sorted[Math.ceil(all.length * 0.99) - 1] ?? 0;
        expect(known?.callsP99).toBeGreaterThanOrEqual(hundredth);
        expect(known?.callsP99).toBeLessThanOrEqual(Math.ceil((sorted.at(-1) ?? 0) * 1.2));
      }),
    );
  });
});
