import { addDays, DAY_MS, localDay } from '../core/calendar.ts';
import { hourClosesAtMs, hoursToClose } from '../core/closed-hours.ts';
import { hoursOfDay } from '../core/day-audit.ts';
import type { Gate } from '../core/gate.ts';
import { allGates, featureOf } from '../core/gate-tree.ts';
import { rollUp } from '../core/rollup.ts';
import type { Alerts } from '../ports/alerts.ts';
import { alertDrift, auditDay } from '../use-cases/audit-day.ts';
import { closeDay, pastDaysOf } from '../use-cases/close-day.ts';
import { forgetDay } from '../use-cases/forget-day.ts';
import { inParallel } from '../use-cases/in-parallel.ts';
import type { MoneyPorts } from '../use-cases/money-ports.ts';
import { resolveStaleHolds } from '../use-cases/resolve-holds.ts';

export type CompactorPorts = MoneyPorts & { readonly alerts: Alerts };

/** What one run did, for its log line. */
export type Compaction = {
  resolvedSettled: number;
  resolvedAssumed: number;
  openChunksRemoved: number;
  hoursRolledUp: number;
  daysClosed: number;
  daysAudited: number;
  featuresDrifted: number;
  daysForgotten: number;
};

const LEAVES_AT_ONCE = 8;
/** An hour is 16 queries at once already. */
const HOURS_AT_ONCE = 4;
/** Bounds one run after a long pause; the next run goes on. */
const MOST_HOURS = 400;
/** Later than any write of the day can be: at least 48 h; a week leaves evidence for a drift alarm. */
const KEEP_DAYS = 7;

/** The hourly upkeep: every part may be repeated at any time, and one that fails does not stop the others. */
export async function compact(ports: CompactorPorts): Promise<Compaction> {
  const done: Compaction = {
    resolvedSettled: 0,
    resolvedAssumed: 0,
    openChunksRemoved: 0,
    hoursRolledUp: 0,
    daysClosed: 0,
    daysAudited: 0,
    featuresDrifted: 0,
    daysForgotten: 0,
  };
  const failures: unknown[] = [];
  // In this order: a hold resolved now is in the rollups, and what it gives back goes up.
  for (const step of [resolveAll, rollUpHours, closeDays, auditDays, forgetDays]) {
    await step(ports, done).catch((error: unknown) => {
      failures.push(error);
    });
  }
  if (failures.length > 0) throw failures[0];
  return done;
}

async function resolveAll(ports: CompactorPorts, done: Compaction): Promise<void> {
  const leaves = allGates(ports.settings).filter((scope) => featureOf(scope) !== undefined);
  await inParallel(leaves, LEAVES_AT_ONCE, async (leaf) => {
    const { settled, assumed, chunksRemoved } = await resolveStaleHolds(leaf, ports);
    done.resolvedSettled += settled;
    done.resolvedAssumed += assumed;
    done.openChunksRemoved += chunksRemoved;
  });
}

async function rollUpHours({ ledger, settings, now }: CompactorPorts, done: Compaction): Promise<void> {
  // Marks before entries: one that is made later stays, and its hour is rolled up again.
  const marks = (await ledger.dirtyHours()).filter(({ hour }) => now() >= hourClosesAtMs(hour, settings));
  const progress = await ledger.progress();
  const closing = hoursToClose(progress.closedHour, settings, now(), MOST_HOURS);
  const dirty = [...new Set(marks.map(({ hour }) => hour))].filter((hour) => !closing.includes(hour));
  const hours = [...closing, ...dirty].slice(0, MOST_HOURS);
  // Frozen: entries of this age may have begun to expire, and the rollup knows better.
  const frozenBeforeMs = now() - settings.retentionDays * DAY_MS;
  await inParallel(hours, HOURS_AT_ONCE, async (hour) => {
    if (hourClosesAtMs(hour, settings) < frozenBeforeMs) return;
    await ledger.putRollups(hour, rollUp(await Array.fromAsync(ledger.ofHour(hour))));
    done.hoursRolledUp += 1;
  });
  const closedHour = closing.at(-1);
  if (closedHour !== undefined) await ledger.setProgress({ ...progress, closedHour });
  await ledger.clearDirty(marks.filter(({ hour }) => hours.includes(hour)));
}

const readAll = ({ gates, settings }: CompactorPorts): Promise<Gate[]> => Promise.all(allGates(settings).map((scope) => gates.read(scope)));

async function closeDays(ports: CompactorPorts, done: Compaction): Promise<void> {
  for (const day of pastDaysOf(await readAll(ports), localDay(ports.now(), ports.settings.timezone))) {
    await closeDay(day, ports);
    done.daysClosed += 1;
  }
}

async function auditDays(ports: CompactorPorts, done: Compaction): Promise<void> {
  const { ledger, settings, now } = ports;
  const { auditedDay = '' } = await ledger.progress();
  const pending = pastDaysOf(await readAll(ports), localDay(now(), settings.timezone)).filter((day) => day > auditedDay);
  for (const day of pending) {
    const lastHour = hoursOfDay(day, settings.timezone).at(-1);
    if (lastHour === undefined || now() < hourClosesAtMs(lastHour, settings)) break;
    const drifted = await auditDay(day, ports);
    for (const drift of drifted) await alertDrift(drift, ports);
    await ledger.setProgress({ ...(await ledger.progress()), auditedDay: day });
    done.daysAudited += 1;
    done.featuresDrifted += drifted.length;
  }
}

async function forgetDays(ports: CompactorPorts, done: Compaction): Promise<void> {
  const { auditedDay = '' } = await ports.ledger.progress();
  const oldest = addDays(localDay(ports.now(), ports.settings.timezone), -KEEP_DAYS);
  for (const day of pastDaysOf(await readAll(ports), oldest).filter((past) => past <= auditedDay))
    if (await forgetDay(day, ports)) done.daysForgotten += 1;
}
