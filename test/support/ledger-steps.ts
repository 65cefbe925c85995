import * as fc from 'fast-check';
import type { CrashPoint, Step } from './ledger-life.ts';

const HOUR_MINUTES = 60;
const who = { feature: fc.nat(1), template: fc.nat(2), tokens: fc.integer({ min: 1, max: 40 }) };
const crash = (most: number): fc.Arbitrary<CrashPoint | undefined> =>
  fc.option(fc.record({ at: fc.integer({ min: 1, max: most }), when: fc.constantFrom('before' as const, 'after' as const) }), {
    nil: undefined,
    freq: 3,
  });
const pick = fc.nat(20);

const call: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('call' as const),
  attempts: fc.integer({ min: 1, max: 2 }),
  slow: fc.boolean(),
  ...who,
  crash: crash(12),
});
const chunk: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('chunk' as const),
  jobs: fc.integer({ min: 1, max: 3 }),
  ...who,
  crash: crash(10),
});
const finish: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('settle_late' as const, 'harvest' as const, 'repeat_correction' as const),
  pick,
  crash: crash(6),
});
const correct: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('correct' as const),
  pick,
  pico: fc.integer({ min: -30, max: 30 }),
  crash: crash(3),
});
const late = fc.oneof({ weight: 3, arbitrary: finish }, { weight: 1, arbitrary: correct });
const write = fc.oneof({ weight: 9, arbitrary: call }, { weight: 2, arbitrary: chunk }, { weight: 4, arbitrary: late });

const wait = (mostHours: number): fc.Arbitrary<Step> =>
  fc.record({
    kind: fc.constant('wait' as const),
    minutes: fc.oneof(fc.integer({ min: 1, max: 90 }), fc.integer({ min: HOUR_MINUTES, max: mostHours * HOUR_MINUTES })),
  });

/** Calls of the compactor that have entries before them or behind them, unlike most. */
const TELLING = fc.constantFrom('putGzip', 'putRollups', 'rollups');
const during = (calls: number, step: fc.Arbitrary<Step>) =>
  fc.option(fc.record({ at: fc.oneof(fc.integer({ min: 1, max: calls }), TELLING), step }), { nil: undefined, freq: 2 });
const compact: fc.Arbitrary<Step> = fc.record({ kind: fc.constant('compact' as const), crash: crash(60), meanwhile: during(60, write) });
/** A day is audited when nobody can be admitted in it any more. */
const audit: fc.Arbitrary<Step> = fc.record({ kind: fc.constant('audit' as const), meanwhile: during(12, late) });

/** A life of the ledger, one step after another: mostly calls, with waits of minutes to days, the compactor at any moment, and audits at any other. */
export const steps = (mostHours = 60): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      { weight: 6, arbitrary: write },
      { weight: 2, arbitrary: wait(mostHours) },
      { weight: 3, arbitrary: compact },
      { weight: 2, arbitrary: audit },
    ),
    { minLength: 4, maxLength: 26, size: 'max' },
  );

/** Before a day of 25 hours, at noon, and shortly before a month ends in the organization's time zone. */
export const starts = fc.constantFrom(Date.UTC(2026, 9, 24, 20, 50), Date.UTC(2026, 10, 20, 12, 10), Date.UTC(2026, 10, 30, 21, 40));
