import { addDays, localDay, localDayStartMs } from '../core/calendar.ts';
import { hourClosesAtMs, hoursToClose, isFrozen, nextHourMs } from '../core/closed-hours.ts';
import { ORG } from '../core/gate-tree.ts';
import { daysOf, readGates } from '../use-cases/read-gates.ts';
import { closeHour } from './close-hour.ts';
import { attempt, type CompactorPorts, isOver, type Run } from './run.ts';

type Mark = { readonly hour: string; readonly markId: string };

/**
 * Closes the hours that have ended, then rolls up again those that have changed, each oldest first. Progress is kept hour by hour, so that a run that
 * is cut off loses one hour's work.
 */
export async function rollUpHours(run: Run): Promise<void> {
  const { ledger, settings, now } = run.ports;
  // Marks before entries: one that is made later stays, and its hour is rolled up again.
  const marks = Map.groupBy(await ledger.dirtyHours(), ({ hour }) => hour);
  const fromMs = await firstOpenMs(run.ports);
  const closing = hoursToClose(fromMs, settings, now());
  const changed = [...marks.keys()].filter((hour) => !closing.includes(hour) && now() >= hourClosesAtMs(hour, settings)).toSorted();
  run.done.hoursLeft = closing.length + changed.length;
  await attempt(run, { piece: 'close_hours' }, async () => {
    for (const hour of closing) {
      if (isOver(run)) return;
      await closeHour(hour, run.ports);
      await ledger.setProgress({ ...(await ledger.progress()), closedHour: hour });
      await ledger.clearDirty(marks.get(hour) ?? []);
      run.done.hoursRolledUp += 1;
      run.done.hoursLeft -= 1;
    }
  });
  for (const hour of changed) {
    if (isOver(run)) return;
    await attempt(run, { piece: 'roll_up_again', hour }, () => rollUpAgain(hour, marks.get(hour) ?? [], run));
  }
}

async function rollUpAgain(hour: string, marks: readonly Mark[], { ports, done }: Run): Promise<void> {
  const isLate = isFrozen(hour, ports.settings, ports.now());
  if (isLate) await alertLate(hour, marks, ports);
  else await closeHour(hour, ports);
  await ports.ledger.clearDirty(marks);
  done.hoursRolledUp += isLate ? 0 : 1;
  done.hoursLeft -= 1;
}

/** The first instant that is not rolled up: when nothing ever was, the day of the first money that any gate knows. */
async function firstOpenMs({ ledger, gates, settings, now }: CompactorPorts): Promise<number> {
  const { closedHour } = await ledger.progress();
  if (closedHour !== undefined) return nextHourMs(closedHour);
  const [oldest] = daysOf(await readGates({ gates, settings }));
  return localDayStartMs(oldest ?? addDays(localDay(now(), settings.timezone), -1), settings.timezone);
}

/** What is left of such an hour would make its rollups and its file less than they are: they stay, and a person is told, once. */
async function alertLate(hour: string, marks: readonly Mark[], { alerts, settings }: CompactorPorts): Promise<void> {
  const [first] = marks;
  await alerts.publish({
    kind: 'entries_too_late',
    scope: ORG,
    owner: settings.unassignedOwner,
    summary: `${marks.length} ledger entries of the hour ${hour} came when its others may have begun to expire: its rollups and its file lack them`,
    evidence: { hour, entries: marks.length, first: first?.markId ?? '', retentionDays: settings.retentionDays },
  });
}
