import { HOUR_MS, utcHour } from '../../../functions/core/calendar.ts';
import { usdToPico } from '../../../functions/core/money.ts';
import { judgeRate, type RateVerdict } from '../../../functions/core/runaway/judge-rate.ts';
import { EMPTY_PROFILE, type SpendProfile, withHour } from '../../../functions/core/runaway/spend-profile.ts';
import { type Random, seededRandom } from '../seeded-random.ts';
import { between, times } from './invented-text.ts';

/** What a feature spends, minute by minute from midnight, after a week of its own habits. Amounts in USD. */
export type SpendCourse = {
  readonly name: string;
  readonly good: boolean;
  readonly profile: SpendProfile | undefined;
  readonly minutes: readonly number[];
  /** The minute in which it begins to run away. */
  readonly onset: number;
  /** Whether it is ever the same request. */
  readonly same: boolean;
};

const MONDAY_MS = Date.UTC(2026, 10, 16);
const DAY_MINUTES = 24 * 60;
const DAY_SHAPES: Readonly<Record<string, (hour: number) => number>> = {
  'round the clock': () => 1,
  'office hours': (hour) => (hour >= 8 && hour < 18 ? 1 : 0),
  'busy by day': (hour) => (hour >= 8 && hour < 20 ? 1 : 0.1),
};

type Habit = { readonly hourUsd: number; readonly shape: (hour: number) => number; readonly random: Random };

function habitOf(random: Random): Habit {
  const shapes = Object.values(DAY_SHAPES);
  // $0.02 to $20 an hour: $0.5 to $500 a day.
  return { hourUsd: 0.02 * 1_000 ** random.next(), shape: shapes[between(random, 0, shapes.length - 1)] ?? (() => 1), random };
}

const noisy = ({ random }: Habit, usd: number): number => usd * (0.5 + random.next());
const pico = (usd: number): bigint => BigInt(Math.round(usd * 1e6)) * 1_000_000n;

function weekOf(habit: Habit): SpendProfile {
  return times(7 * 24, (at) => at).reduce((profile, at) => {
    const costPico = pico(noisy(habit, habit.hourUsd * habit.shape(at % 24)));
    return withHour(profile, { hour: utcHour(MONDAY_MS + at * HOUR_MS), costPico, allPico: costPico, runs: new Map() });
  }, EMPTY_PROFILE);
}

/** One day by habit; `extra` is added to each minute. */
const dayOf = (habit: Habit, extra: (minute: number) => number): number[] =>
  times(DAY_MINUTES, (minute) => noisy(habit, (habit.hourUsd * habit.shape(Math.floor(minute / 60))) / 60) + extra(minute));

type Story = (random: Random) => Omit<SpendCourse, 'name' | 'good'>;
const during = (from: number, length: number, usd: number) => (minute: number) => (minute >= from && minute < from + length ? usd : 0);
/** By habit, and more for a while: so many times the busy minute. */
const moreBy =
  (factor: number, from: number, length: (random: Random) => number): Story =>
  (random) => {
    const habit = habitOf(random);
    const extra = during(from, length(random), (habit.hourUsd / 60) * factor);
    return { profile: weekOf(habit), minutes: dayOf(habit, extra), onset: 0, same: false };
  };

const BENIGN: Readonly<Record<string, Story>> = {
  'a day like any other': moreBy(0, 0, () => 0),
  'the 02:00 backfill at 50 times the rate': moreBy(50, 120, (random) => between(random, 20, 120)),
  'launch day at 10 times the rate': moreBy(10, 8 * 60, () => 12 * 60),
  'a new feature, modestly used': (random) => ({
    ...{ profile: undefined, onset: 0, same: false },
    minutes: dayOf({ hourUsd: 0.1 * 300 ** random.next(), shape: () => 1, random }, () => 0),
  }),
  'parallel subagents, for half an hour': (random) => {
    const habit = habitOf(random);
    const extra = during(600, 30, between(random, 1, 4) / 3);
    return { profile: weekOf(habit), minutes: dayOf(habit, extra), onset: 0, same: false };
  },
};

/** $1,200 an hour: $72,000 from Friday evening to Monday morning. */
const WEEKEND_MINUTE_USD = 72_000 / (60 * 60);
const runaway = (minuteUsd: (random: Random) => number, same: boolean, known: boolean): Story => {
  return (random) => {
    const habit = habitOf(random);
    const onset = between(random, 0, 600);
    const extra = during(onset, DAY_MINUTES, minuteUsd(random));
    return { profile: known ? weekOf(habit) : undefined, minutes: dayOf(habit, known ? extra : (at) => extra(at)), onset, same };
  };
};

const RUNAWAYS: Readonly<Record<string, Story>> = {
  'the weekend loop': runaway(() => WEEKEND_MINUTE_USD, false, true),
  'the weekend loop of a new feature': runaway(() => WEEKEND_MINUTE_USD, false, false),
  'the same request for ever, nobody names a run': runaway((random) => 0.5 * 20 ** random.next(), true, true),
};

export function spendCourses(perKind: number, seed: number): SpendCourse[] {
  const kinds = [...Object.entries(BENIGN), ...Object.entries(RUNAWAYS)];
  return kinds.flatMap(([name, story], kind) =>
    times(perKind, (number) => ({ name, good: Object.hasOwn(BENIGN, name), ...story(seededRandom((seed + kind) * 10_007 + number)) })),
  );
}

export type PlayedCourse = {
  readonly course: SpendCourse;
  readonly trip?: RateVerdict;
  readonly warned: boolean;
  readonly burnedUsd: number;
};

/** Plays a course minute by minute until it is stopped. `burnedUsd`: from its onset on. */
export function playCourse(course: SpendCourse): PlayedCourse {
  let [dayUsd, windowUsd, beforeUsd, burnedUsd, warned] = [0, 0, 0, 0, false];
  for (const [minute, usd] of course.minutes.entries()) {
    if (minute % 10 === 0) [beforeUsd, windowUsd] = [windowUsd, 0];
    dayUsd += usd;
    windowUsd += usd;
    if (minute >= course.onset) burnedUsd += usd;
    const asked = Math.min(200, (minute % 10) * 20 + 20);
    const repeats = course.same && minute >= course.onset ? asked : 1;
    const facts = { windowPico: pico(Math.max(windowUsd, beforeUsd)), dayPico: pico(dayUsd), repeats, asked };
    const verdict = judgeRate(facts, { identicalRequests: 4 }, course.profile);
    warned ||= verdict !== undefined;
    if (verdict?.level === 'trip') return { course, trip: verdict, warned, burnedUsd };
  }
  return { course, warned, burnedUsd };
}

/** A profile of a feature that spends this much in each hour of a week. */
export const steadyProfile = (hourUsd: string): SpendProfile =>
  times(7 * 24, (at) => at).reduce((profile, at) => {
    const costPico = usdToPico(hourUsd);
    return withHour(profile, { hour: utcHour(MONDAY_MS + at * HOUR_MS), costPico, allPico: costPico, runs: new Map() });
  }, EMPTY_PROFILE);
