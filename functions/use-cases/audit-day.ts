import { isFrozen } from '../core/closed-hours.ts';
import {
  auditFeatureDay,
  type DayAudit,
  DaySums,
  entryKey,
  type FeatureGates,
  hasDrifted,
  heldEntries,
  hoursOfDay,
  isQuiet,
} from '../core/day-audit.ts';
import { featureScope } from '../core/gate-tree.ts';
import type { LedgerEntry } from '../core/ledger.ts';
import { picoToUsd } from '../core/money.ts';
import type { Alerts } from '../ports/alerts.ts';
import type { MoneyPorts } from './money-ports.ts';
import { gatesByFeature, readGates } from './read-gates.ts';

type AuditPorts = Pick<MoneyPorts, 'gates' | 'ledger' | 'settings' | 'now'>;

/** Entries of one day that are read again to be audited one by one. Above it a day's rollups are taken at their word where they agree with the gates. */
const MOST_READ_AGAIN = 1_000_000;

/**
 * Compares the gates of a closed day with its ledger entries, feature by feature. Answers those that have drifted, and the hours whose rollups are not
 * what their entries add up to. A feature that holds batch money of the day is left out.
 */
export async function auditDay(
  day: string,
  ports: AuditPorts,
  mostReadAgain = MOST_READ_AGAIN,
): Promise<{ readonly drifted: readonly DayAudit[]; readonly staleHours: readonly string[] }> {
  // The gates first: what is put and settled meanwhile then counts as held here, and not as an entry.
  const features = gatesByFeature(await readGates(ports)).filter(({ gates }) => isQuiet(gates, day));
  const derived = new DaySums();
  for await (const rollup of ports.ledger.rollups(day, day)) derived.addRollup(rollup);
  const doubtful = features.filter((one) => derived.calls <= mostReadAgain || mayHaveDrifted(one, day, derived));
  const hours = hoursOfDay(day, ports.settings.timezone);
  if (isFrozen(hours[0] ?? day, ports.settings, ports.now())) return { drifted: driftedOf(features, day, derived), staleHours: [] };
  const held = heldEntries(doubtful, day);
  const booked = new DaySums();
  for await (const entry of entriesOf(hours, doubtful.length === features.length ? undefined : doubtful, ports))
    if (entry.day === day) booked.addEntry(entry, held.has(entryKey(entry)));
  return {
    drifted: driftedOf(doubtful, day, booked),
    staleHours: booked.differingHours(derived, new Set(doubtful.map(({ feature }) => feature))),
  };
}

const driftedOf = (features: readonly FeatureGates[], day: string, sums: DaySums): DayAudit[] =>
  features.map((one) => auditFeatureDay(one, day, sums)).filter(hasDrifted);

/** By its rollups, which do not know whether an entry's hold is still there. */
function mayHaveDrifted(one: FeatureGates, day: string, derived: DaySums): boolean {
  const audit = auditFeatureDay(one, day, derived);
  return audit.heldPico > 0n || hasDrifted(audit);
}

/** Hour by hour, never a whole day at once: of all features, or of some. */
async function* entriesOf(
  hours: readonly string[],
  some: readonly FeatureGates[] | undefined,
  { ledger }: AuditPorts,
): AsyncGenerator<LedgerEntry> {
  for (const hour of hours) {
    if (some === undefined) yield* ledger.ofHour(hour);
    else for (const { feature } of some) yield* ledger.ofHour(hour, { feature });
  }
}

/** Money drifted: an alarm for a person, never silently repaired. */
export async function alertDrift(
  drift: DayAudit,
  ports: { readonly alerts: Alerts; readonly settings: MoneyPorts['settings'] },
): Promise<void> {
  const { feature, day, committedPico, heldPico, bookedPico } = drift;
  await ports.alerts.publish({
    kind: 'money_drift',
    scope: featureScope(feature),
    owner: ports.settings.features[feature]?.owner ?? ports.settings.unassignedOwner,
    summary: `the gate of ${feature} and its ledger entries of ${day} do not add up`,
    evidence: {
      day,
      committedUsd: picoToUsd(committedPico),
      bookedUsd: picoToUsd(bookedPico),
      heldUsd: picoToUsd(heldPico),
      driftUsd: picoToUsd(committedPico - bookedPico),
    },
  });
}
