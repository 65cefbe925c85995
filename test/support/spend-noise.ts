import type { PicoUsd } from '../../functions/core/money.ts';
import { type DaySlots, isWeekend } from '../../functions/core/trace/day-slots.ts';
import type { Random } from './seeded-random.ts';

/** How a template of the made-up organization is used. */
type Habit = 'office' | 'always' | 'nightly' | 'weekly' | 'sporadic' | 'growing';
const HABITS: readonly Habit[] = ['office', 'office', 'office', 'always', 'always', 'nightly', 'weekly', 'sporadic', 'growing'];

type Profile = {
  readonly habit: Habit;
  readonly dayUsd: number;
  /** Log-normal spread from hour to hour, and of whole days. */
  readonly hourSigma: number;
  readonly daySigma: number;
  readonly weekday: number;
};

export type NoiseCell = {
  readonly feature: string;
  readonly template: string;
  readonly day: string;
  readonly hour: string;
  readonly costPico: PicoUsd;
};
export type OrganizationShape = { readonly features: number; readonly templates: number; readonly dayUsd: number };
export const LARGE: OrganizationShape = { features: 100, templates: 10, dayUsd: 650 };

export const normal = ({ next }: Random): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
const logNormal = (random: Random, sigma: number): number => Math.exp(sigma * normal(random) - (sigma * sigma) / 2);

/** US dollars as the integer that money is, to the micro-dollar. */
export const usd = (amount: number): PicoUsd => BigInt(Math.round(amount * 1e6)) * 1_000_000n;

/**
 * Hourly spend of an organization without a spike: sizes that differ a thousandfold, working hours, weekends, nightly and weekly jobs that start
 * when they like, templates that are hardly used, templates that grow. Log-normal from hour to hour and from day to day.
 */
export function* spendNoise(
  random: Random,
  days: readonly DaySlots[],
  { features, templates, dayUsd }: OrganizationShape,
): Generator<NoiseCell> {
  const names = Array.from({ length: features }, (_, f) =>
    Array.from({ length: templates }, (_, t) => [`feature-${f}`, `template-${t}`] as const),
  ).flat();
  const weights = names.map(() => logNormal(random, 1.6));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  for (const [at, [feature, template]] of names.entries()) {
    const profile = profileOf(random, (dayUsd * (weights[at] ?? 0)) / all);
    for (const [age, day] of days.entries()) {
      for (const [slot, amount] of dayOf(profile, day, age, random).entries()) {
        const hour = day.hours[slot];
        if (amount > 0 && hour !== undefined) yield { feature, template, day: day.day, hour, costPico: usd(amount) };
      }
    }
  }
}

function profileOf(random: Random, dayUsd: number): Profile {
  const habit = HABITS[random.below(HABITS.length)] ?? 'office';
  return { habit, dayUsd, hourSigma: 0.2 + 0.6 * random.next(), daySigma: 0.1 + 0.25 * random.next(), weekday: random.below(7) };
}

/** Dollars by slot. */
function dayOf(profile: Profile, day: DaySlots, age: number, random: Random): number[] {
  const { habit, hourSigma, daySigma } = profile;
  const whole = profile.dayUsd * logNormal(random, daySigma) * (habit === 'growing' ? 1.04 ** (age - 10) : 1);
  const spread = shapeOf(profile, day, random);
  const sum = spread.reduce((total, weight) => total + weight, 0);
  if (sum === 0) return [];
  const share = isWeekend(day) && (habit === 'office' || habit === 'growing') ? 0.15 : 1;
  return spread.map((weight) => (weight === 0 ? 0 : ((whole * share * weight) / sum) * logNormal(random, hourSigma)));
}

function shapeOf({ habit, weekday }: Profile, { day, minutes }: DaySlots, random: Random): number[] {
  const hours = minutes.map((minute) => minute / 60);
  const job = (start: number, length: number) => hours.map((hour) => (hour >= start && hour < start + length ? 1 : 0));
  if (habit === 'nightly') return job(1 + random.below(4), 2);
  if (habit === 'weekly') return new Date(`${day}T00:00:00Z`).getUTCDay() === weekday ? job(5 + random.below(5), 3) : hours.map(() => 0);
  if (habit === 'sporadic') return hours.map(() => (random.chance(0.15) ? logNormal(random, 1) : 0));
  if (habit === 'always') return hours.map((hour) => 1 + 0.4 * Math.sin(((hour - 9) / 24) * 2 * Math.PI));
  return hours.map((hour) => Math.exp(-(((hour - 13) / 3.5) ** 2)) + 0.03);
}
