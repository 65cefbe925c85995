import { HOUR_MS, utcHour, utcHourStartMs } from '../calendar.ts';
import { maxPico, type PicoUsd, sumPico } from '../money.ts';
import { countOf, decayed, quantile, type Tally, tallied } from './tally.ts';

/** What one run has made so far: first attempts, and what was held for all of them (an upper bound of their cost). */
export type RunSize = { readonly calls: number; readonly heldPico: PicoUsd };

/** How a feature usually spends, derived from the ledger entries of closed hours. */
export type SpendProfile = {
  /** Its hours that cost anything, oldest first: those of the last week. */
  readonly hours: readonly HourSpend[];
  /** Runs that have ended, by calls, and by what was held for them in micro-dollars; the influence of a run halves within 140 busy hours. */
  readonly callsPerRun: Tally;
  readonly heldPerRun: Tally;
  /** Runs that may go on: they count as what they have made so far. */
  readonly openRuns: Readonly<Record<string, RunSize & { readonly lastHour: string }>>;
  readonly throughHour: string;
};

/** `costPico` on demand; `allPico` with batch jobs. */
type HourSpend = { readonly hour: string; readonly costPico: PicoUsd; readonly allPico: PicoUsd };
/** What a feature spent in one hour. */
export type SpentHour = HourSpend & { readonly runs: ReadonlyMap<string, RunSize> };

const WEEK_HOURS = 168;
const DECAY = 0.995;
/** The largest go on in the profile: p99 is about them. Smaller ones that go on count as several. */
const MOST_OPEN = 50;
/** Below it the hundredth largest is an accident. */
const FEWEST_RUNS = 50;
const PICO_PER_MICRO = 1_000_000n;

export const EMPTY_PROFILE: SpendProfile = { hours: [], callsPerRun: {}, heldPerRun: {}, openRuns: {}, throughHour: '' };

/** The profile that knows this hour too. One that knows it already, or a later one, stays as it is: hours may be rolled up again. */
export function withHour(profile: SpendProfile, { hour, costPico, allPico, runs }: SpentHour): SpendProfile {
  if (hour <= profile.throughHour) return profile;
  const before = utcHour(utcHourStartMs(hour) - HOUR_MS);
  const oldest = utcHour(utcHourStartMs(hour) - WEEK_HOURS * HOUR_MS);
  const merged = new Map(Object.entries(profile.openRuns));
  for (const [run, { calls, heldPico }] of runs) {
    const known = merged.get(run);
    merged.set(run, { calls: calls + (known?.calls ?? 0), heldPico: heldPico + (known?.heldPico ?? 0n), lastHour: hour });
  }
  const largest = [...merged]
    .filter(([, { lastHour }]) => lastHour >= before)
    .toSorted(([, a], [, b]) => (a.heldPico > b.heldPico ? -1 : 1));
  const openRuns = new Map(largest.slice(0, MOST_OPEN));
  const ended = [...merged].filter(([run]) => !openRuns.has(run)).map(([, size]) => size);
  return {
    hours: [...profile.hours.filter((one) => one.hour > oldest), ...(allPico > 0n ? [{ hour, costPico, allPico }] : [])],
    callsPerRun: ended.reduce((tally, { calls }) => tallied(tally, calls), decayed(profile.callsPerRun, DECAY)),
    heldPerRun: ended.reduce((tally, { heldPico }) => tallied(tally, microOf(heldPico)), decayed(profile.heldPerRun, DECAY)),
    openRuns: Object.fromEntries(openRuns),
    throughHour: hour,
  };
}

const microOf = (pico: PicoUsd): number => Number(pico / PICO_PER_MICRO);

/** The p99 of a feature's runs; undefined while too few are known. */
export function runsOf(profile: SpendProfile): { readonly callsP99: number; readonly heldP99Pico: PicoUsd } | undefined {
  const open = Object.values(profile.openRuns);
  const calls = open.reduce((tally, run) => tallied(tally, run.calls), profile.callsPerRun);
  const held = open.reduce((tally, run) => tallied(tally, microOf(run.heldPico)), profile.heldPerRun);
  if (countOf(calls) < FEWEST_RUNS) return undefined;
  return { callsP99: Math.ceil(quantile(calls, 0.99)), heldP99Pico: BigInt(Math.ceil(quantile(held, 0.99))) * PICO_PER_MICRO };
}

/** Fewer busy hours are no habit. */
const FEWEST_HOURS = 5;
const WINDOWS_AN_HOUR = 6n;

/** Ten minutes on demand of a busy hour (only a tenth are busier), and the busiest day of the week, batch jobs included; undefined without a habit. */
export function usualSpend({ hours }: SpendProfile): { readonly windowPico: PicoUsd; readonly dayPico: PicoUsd } | undefined {
  const busy = hours.flatMap(({ costPico }) => (costPico > 0n ? [costPico] : [])).toSorted((a, b) => (a < b ? -1 : 1));
  if (busy.length < FEWEST_HOURS) return undefined;
  const days = Map.groupBy(hours, ({ hour }) => hour.slice(0, 10));
  const totals = [...days.values()].map((ofDay) => sumPico(ofDay.map(({ allPico }) => allPico)));
  return { windowPico: (busy[Math.floor(busy.length * 0.9)] ?? 0n) / WINDOWS_AN_HOUR, dayPico: maxPico(0n, ...totals) };
}
