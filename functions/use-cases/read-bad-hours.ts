import { isFrozen } from '../core/closed-hours.ts';
import type { Rollup } from '../core/rollup.ts';
import type { BadHour } from '../core/trace/bad-hours.ts';
import { Breakdown } from '../core/trace/breakdown.ts';
import type { TemplateCosts } from '../core/trace/cost-series.ts';
import type { Tally } from '../core/trace/tallies.ts';
import type { MoneyPorts } from './money-ports.ts';

/** What the entries of the bad hours say, beyond their rollups. */
export type EntriesRead = {
  readonly breakdown: Breakdown;
  /** There were more than are read: the rest was not. */
  readonly cut: boolean;
  /** Some of the hours are older than the retention: their entries may be gone. */
  readonly expired: boolean;
  /** Template versions of the last hour with calls before the first bad one, the dearest first. */
  readonly versionsBefore: readonly Tally[];
};

type Ports = Pick<MoneyPorts, 'ledger' | 'settings' | 'now'>;
type Template = Pick<TemplateCosts, 'feature' | 'template'>;

/** Enough to know a spike by, in seconds and in bounded memory. */
const MOST_ENTRIES = 200_000;
/** Enough to know the version by. */
const MOST_BEFORE = 1_000;

/** Reads the culprit's entries of its bad hours and nothing else: the first hour first, which shows how it began, then the dearest. */
export async function readBadHours(of: Template, hours: readonly BadHour[], usage: readonly Rollup[], ports: Ports): Promise<EntriesRead> {
  const [first, ...rest] = hours;
  if (first === undefined) throw new RangeError('a spike without a bad hour');
  const dearest = rest.toSorted((a, b) => (a.costPico < b.costPico ? 1 : -1));
  const days = new Set(hours.map(({ day }) => day));
  const breakdown = new Breakdown();
  const cut = await readHours(new Set([first, ...dearest].map(({ hour }) => hour)), of, MOST_ENTRIES, ports, (entry) => {
    if (days.has(entry.day)) breakdown.add(entry);
  });
  const called = usage.filter(({ hour, calls }) => calls > 0 && hour < first.hour).map(({ hour }) => hour);
  const before = new Breakdown();
  await readHours(called.toSorted().slice(-1), of, MOST_BEFORE, ports, (entry) => before.add(entry));
  const expired = isFrozen(first.hour, ports.settings, ports.now());
  return { breakdown, cut, expired, versionsBefore: before.versions.dearest() };
}

/** True when it stopped at `most`. */
async function readHours(
  hours: Iterable<string>,
  of: Template,
  most: number,
  { ledger }: Ports,
  take: (entry: Parameters<Breakdown['add']>[0]) => void,
): Promise<boolean> {
  let read = 0;
  for (const hour of hours) {
    for await (const entry of ledger.ofHour(hour, of)) {
      if (read === most) return true;
      read += 1;
      take(entry);
    }
  }
  return false;
}
