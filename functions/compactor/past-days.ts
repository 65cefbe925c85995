import { addDays, localDay } from '../core/calendar.ts';
import { hoursOfDay, isQuiet } from '../core/day-audit.ts';
import { featureScope } from '../core/gate-tree.ts';
import { alertDrift, auditDay } from '../use-cases/audit-day.ts';
import { closeDay, isClosed } from '../use-cases/close-day.ts';
import { forgetDay } from '../use-cases/forget-day.ts';
import { daysOf, type Gates, gatesByFeature, readGates } from '../use-cases/read-gates.ts';
import { attempt, type CompactorPorts, isOver, type Run } from './run.ts';

/** Later than any write of the day can be: at least 48 h; a week leaves evidence for a drift alarm, and time for batch jobs. */
const KEEP_DAYS = 7;

const pastDays = (gates: Gates, { settings, now }: CompactorPorts): string[] =>
  daysOf(gates).filter((day) => day < localDay(now(), settings.timezone));

/** Gives back what past days have left over. */
export async function closeDays(run: Run): Promise<void> {
  const gates = await readGates(run.ports);
  for (const day of pastDays(gates, run.ports).filter((past) => !isClosed(past, gates, run.ports))) {
    if (isOver(run)) return;
    if (await attempt(run, { piece: 'close_day', day }, () => closeDay(day, run.ports))) run.done.daysClosed += 1;
  }
}

/** Audits days in their order, each once all its hours are rolled up and its batch money is settled; that it waits for a week at most. */
export async function auditDays(run: Run): Promise<void> {
  const { ledger, settings, now } = run.ports;
  const { auditedDay = '', closedHour = '' } = await ledger.progress();
  const gates = await readGates(run.ports);
  const patience = addDays(localDay(now(), settings.timezone), -KEEP_DAYS);
  for (const day of pastDays(gates, run.ports).filter((past) => past > auditedDay)) {
    const unsettled = gatesByFeature(gates).filter((one) => !isQuiet(one.gates, day));
    const isReady = (hoursOfDay(day, settings.timezone).at(-1) ?? '') <= closedHour && (unsettled.length === 0 || day < patience);
    if (!isReady || isOver(run)) return;
    await auditOne(day, run);
    for (const { feature } of unsettled) await alertUnaudited(feature, day, run.ports);
    await ledger.setProgress({ ...(await ledger.progress()), auditedDay: day });
    run.done.daysAudited += 1;
  }
}

/** Should the run die between alarm and progress, the day is audited again, and the alarm told again. */
async function auditOne(day: string, { ports, done }: Run): Promise<void> {
  const { drifted, staleHours } = await auditDay(day, ports);
  for (const drift of drifted) await alertDrift(drift, ports);
  // Rollups are derived: made again, they are right.
  for (const hour of staleHours) await ports.ledger.markDirty(hour, `audit-${day}`);
  done.featuresDrifted += drifted.length;
}

async function alertUnaudited(feature: string, day: string, { alerts, settings }: CompactorPorts): Promise<void> {
  await alerts.publish({
    kind: 'day_not_audited',
    scope: featureScope(feature),
    owner: settings.features[feature]?.owner ?? settings.unassignedOwner,
    summary: `${feature} still holds batch money of ${day}, a week later: its books of that day cannot be audited`,
    evidence: { day, waitedDays: KEEP_DAYS },
  });
}

/** Drops audited days that are empty and a week old. */
export async function forgetDays(run: Run): Promise<void> {
  const { auditedDay = '' } = await run.ports.ledger.progress();
  const oldest = addDays(localDay(run.ports.now(), run.ports.settings.timezone), -KEEP_DAYS);
  for (const day of daysOf(await readGates(run.ports)).filter((past) => past <= auditedDay && past < oldest)) {
    if (isOver(run)) return;
    if (await forgetDay(day, run.ports)) run.done.daysForgotten += 1;
  }
}
