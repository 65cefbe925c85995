import type { FeatureGates } from '../core/day-audit.ts';
import type { Gate, Scope } from '../core/gate.ts';
import { allGates, featureOf, featureScope, parentOf } from '../core/gate-tree.ts';
import type { Settings } from '../core/settings.ts';
import type { MoneyPorts } from './money-ports.ts';

/** Gates by scope, each before its parent. */
export type Gates = ReadonlyMap<Scope, Gate>;

/**
 * Every gate that money of kept days may be in: the configured ones, and those that a parent has granted to and the configuration has lost since
 * (a feature that was removed, a shard too many).
 */
export async function readGates({ gates, settings }: Pick<MoneyPorts, 'gates' | 'settings'>): Promise<Gates> {
  let known = new Map<Scope, Gate>();
  for (let wanted = allGates(settings); wanted.length > 0; ) {
    const read = await Promise.all(wanted.map((scope) => gates.read(scope)));
    known = new Map([...read.map((gate) => [gate.scope, gate] as const), ...known]);
    wanted = [...new Set(read.flatMap(grantees))].filter((scope) => !known.has(scope));
  }
  return known;
}

/** The children that this gate has moved money down to, by the keys of its counters. */
export const grantees = (gate: Gate): Scope[] => Object.keys(gate.granted).map((key) => key.slice(0, key.lastIndexOf('#')));

/** Whose money a gate has: its parent's, or for a feature that is configured no more, of whoever granted it. Undefined for the organization. */
export function giverOf(scope: Scope, gates: Gates, settings: Settings): Scope | undefined {
  const isLost = scope === featureScope(featureOf(scope) ?? '') && settings.features[featureOf(scope) ?? ''] === undefined;
  const giver = isLost ? gates.values().find((gate) => grantees(gate).includes(scope)) : undefined;
  return giver?.scope ?? parentOf(scope, settings);
}

/** The gates of each feature, its own and its shards together. */
export function gatesByFeature(gates: Gates): FeatureGates[] {
  const byFeature = Map.groupBy(gates.values(), ({ scope }) => featureOf(scope) ?? '');
  return [...byFeature].filter(([feature]) => feature !== '').map(([feature, those]) => ({ feature, gates: those }));
}

/** The days that these gates keep money of, the oldest first: to be closed, audited and one day forgotten. */
export function daysOf(gates: Gates): string[] {
  const days = gates
    .values()
    .flatMap((gate) => [
      ...Object.keys(gate.committedByDay),
      ...Object.keys(gate.allowance),
      ...gate.holds.map((hold) => hold.day),
      ...gate.chunks.map((chunk) => chunk.day),
    ]);
  return [...new Set(days)].toSorted();
}
