import { ulid } from 'ulid';
import { utcHourStartMs } from '../../functions/core/calendar.ts';
import { type LedgerEntry, requestIdOf } from '../../functions/core/ledger.ts';
import { type PicoUsd, sumPico } from '../../functions/core/money.ts';
import type { DaySlots } from '../../functions/core/trace/day-slots.ts';
import { ledgerEntry } from './ledger-entry.ts';
import type { Random } from './seeded-random.ts';
import { type NoiseCell, usd } from './spend-noise.ts';

export const SHAPES = ['one run', 'few runs', 'no runs', 'retry storm', 'deploy', 'ramp', 'over midnight', 'new template'] as const;
export type Shape = (typeof SHAPES)[number];

/** A spike as it was put in: what a trace has to find. */
export type Spike = {
  readonly shape: Shape;
  readonly feature: string;
  readonly template: string;
  /** In order; the first is the first bad hour. */
  readonly hours: readonly SpikeHour[];
  /** Empty where its calls name no run. */
  readonly runs: readonly string[];
  readonly calls: number;
};
export type SpikeHour = { readonly day: string; readonly hour: string; readonly costPico: PicoUsd };

const LENGTHS: Readonly<Record<Shape, readonly [least: number, more: number]>> = {
  'one run': [1, 4],
  'few runs': [1, 7],
  'no runs': [2, 6],
  'retry storm': [1, 1],
  deploy: [4, 9],
  ramp: [4, 5],
  'over midnight': [3, 6],
  'new template': [2, 6],
};
const RUNS: Readonly<Record<Shape, readonly [least: number, more: number]>> = {
  'one run': [1, 1],
  'few runs': [2, 3],
  'no runs': [0, 1],
  'retry storm': [1, 1],
  deploy: [0, 1],
  ramp: [1, 1],
  'over midnight': [1, 2],
  'new template': [0, 1],
};

/** A spike of that many dollars in one template, somewhere in the last seven days of the window and over by its end. */
export function makeSpike(
  shape: Shape,
  of: { feature: string; template: string },
  window: readonly DaySlots[],
  dollars: number,
  random: Random,
): Spike {
  const day = window.length - 7 + random.below(7);
  const slots = window.slice(day - 1).flatMap(({ day: name, hours }) => hours.map((hour) => ({ day: name, hour })));
  const length = between(LENGTHS[shape], random);
  const midnight = window[day - 1]?.hours.length ?? 24;
  const first = shape === 'over midnight' ? midnight - 1 - random.below(length - 1) : midnight + random.below(24 - length);
  const hours = slots.slice(first, first + length);
  const weights = hours.map((_, at) => weightOf(shape, at, random));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    shape,
    feature: of.feature,
    template: shape === 'new template' ? 'brand-new' : of.template,
    hours: hours.map(({ day: name, hour }, at) => ({ day: name, hour, costPico: usd((dollars * (weights[at] ?? 0)) / all) })),
    runs: Array.from({ length: between(RUNS[shape], random) }, (_, at) => `runaway-${at}`),
    calls: shape === 'one run' ? 40 : 400,
  };
}

const between = ([least, more]: readonly [number, number], random: Random): number => least + random.below(more);

/** A spike starts somewhere within its first hour; a deploy goes on evenly; a ramp grows. */
function weightOf(shape: Shape, at: number, random: Random): number {
  if (shape === 'ramp') return at + 1;
  const jitter = 0.8 + 0.4 * random.next();
  return at === 0 ? jitter * (0.15 + 0.85 * random.next()) : jitter;
}

/** What the spike costs, as rollups tell it. */
export const cellsOf = ({ feature, template, hours }: Spike): NoiseCell[] => hours.map((hour) => ({ feature, template, ...hour }));

/** The spike's entries: its calls in equal parts over its runs, hour by hour. A retry storm repeats one request. */
export function* spikeEntries({ shape, feature, template, hours, runs, calls }: Spike, random: Random): Generator<LedgerEntry> {
  const all = Number(sumPico(hours.map(({ costPico }) => costPico)));
  for (const { day, hour, costPico } of hours) {
    const here = Math.max(runs.length, 1, Math.round((calls * Number(costPico)) / all));
    for (let at = 0; at < here; at += 1) {
      const run = runs[at % Math.max(runs.length, 1)];
      const fingerprint = shape === 'retry storm' ? 'the-same-again' : `spike-${hour}-${at}`;
      yield entryOf(
        { feature, template, day, hour, costPico: costPico / BigInt(here) },
        { fingerprint, ...(run === undefined ? {} : { run }) },
        random,
      );
    }
  }
}

/** Ordinary entries of an hour's noise: a few calls of ordinary runs, and some without. */
export function* noiseEntries(cell: NoiseCell, random: Random): Generator<LedgerEntry> {
  const calls = 1 + random.below(8);
  for (let at = 0; at < calls; at += 1) {
    const run = random.chance(0.7) ? { run: `routine-${cell.hour}-${at % 3}` } : {};
    yield entryOf({ ...cell, costPico: cell.costPico / BigInt(calls) }, { fingerprint: `noise-${cell.hour}-${at}`, ...run }, random);
  }
}

function entryOf({ feature, template, day, hour, costPico }: NoiseCell, over: Partial<LedgerEntry>, random: Random): LedgerEntry {
  const admittedAtMs = utcHourStartMs(hour) + random.below(3_600_000);
  const requestId = requestIdOf(feature, template, ulid(admittedAtMs, random.next));
  return ledgerEntry({ feature, template, day, hour, admittedAtMs, requestId, costPico, holdPico: costPico * 2n, ...over });
}
