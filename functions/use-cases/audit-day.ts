import { auditFeatureDay, type DayAudit, hoursOfDay, isQuiet } from '../core/day-audit.ts';
import { featureScope, leavesOf, UNASSIGNED_FEATURE } from '../core/gate-tree.ts';
import type { LedgerEntry } from '../core/ledger.ts';
import { picoToUsd } from '../core/money.ts';
import type { Alerts } from '../ports/alerts.ts';
import type { MoneyPorts } from './money-ports.ts';

/** Compares the gates of a closed day with its ledger entries, feature by feature. Answers those that have drifted; a day with open batch money is left out. */
export async function auditDay(day: string, ports: Pick<MoneyPorts, 'gates' | 'ledger' | 'settings'>): Promise<DayAudit[]> {
  const features = [...Object.values(ports.settings.features), { name: UNASSIGNED_FEATURE, shards: 1 }];
  const leavesByFeature = await Promise.all(
    features.map(async (feature) => {
      const leaves = await Promise.all(leavesOf(feature).map((scope) => ports.gates.read(scope)));
      return { name: feature.name, leaves };
    }),
  );
  const entries: LedgerEntry[] = [];
  for (const hour of hoursOfDay(day, ports.settings.timezone)) entries.push(...(await Array.fromAsync(ports.ledger.ofHour(hour))));
  return leavesByFeature
    .filter(({ leaves }) => isQuiet(leaves, day))
    .map(({ name, leaves }) => auditFeatureDay(name, day, leaves, entries))
    .filter(({ committedPico, bookedPico }) => committedPico !== bookedPico);
}

/** Money drifted: an alarm for a person, never silently repaired. */
export async function alertDrift(
  drift: DayAudit,
  ports: { readonly alerts: Alerts; readonly settings: MoneyPorts['settings'] },
): Promise<void> {
  const { feature, day, committedPico, bookedPico } = drift;
  await ports.alerts.publish({
    kind: 'money_drift',
    scope: featureScope(feature),
    owner: ports.settings.features[feature]?.owner ?? ports.settings.unassignedOwner,
    summary: `the gate of ${feature} and its ledger entries of ${day} do not add up`,
    evidence: {
      day,
      committedUsd: picoToUsd(committedPico),
      bookedUsd: picoToUsd(bookedPico),
      driftUsd: picoToUsd(committedPico - bookedPico),
    },
  });
}
