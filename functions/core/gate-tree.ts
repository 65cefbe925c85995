import type { Scope } from './gate.ts';
import type { Caps, FeatureSettings, Settings } from './settings.ts';

export const ORG: Scope = 'org';
/** Where observe mode books calls without a known feature; a direct child of the organization. */
export const UNASSIGNED_FEATURE = '_unassigned';

export const teamScope = (team: string): Scope => `team:${team}`;
export const featureScope = (feature: string): Scope => `feature:${feature}`;
export const shardScope = (feature: string, shard: number): Scope => `feature:${feature}/${shard}`;

/** The feature that a feature's gate or one of its shards belongs to. */
export function featureOf(scope: Scope): string | undefined {
  return /^feature:([^/]+)(?:\/\d+)?$/.exec(scope)?.[1];
}

/** The leaves that a feature's calls are held in: its own gate, or its shards. */
export function leavesOf(feature: Pick<FeatureSettings, 'name' | 'shards'>): Scope[] {
  if (feature.shards <= 1) return [featureScope(feature.name)];
  return Array.from({ length: feature.shards }, (_, shard) => shardScope(feature.name, shard));
}

/** The leaf that a new call or chunk of this feature goes to. RangeError for a feature that nobody configured. */
export function leafFor(feature: string, settings: Settings, random: number): Scope {
  const known = settings.features[feature];
  if (known === undefined && feature !== UNASSIGNED_FEATURE) throw new RangeError(`no such feature: ${feature}`);
  const leaves = leavesOf(known ?? { name: feature, shards: 1 });
  return leaves[Math.floor(random * leaves.length)] ?? featureScope(feature);
}

/** The gate that commits money for this one, or undefined for the organization. */
export function parentOf(scope: Scope, settings: Settings): Scope | undefined {
  if (scope === ORG) return undefined;
  const feature = featureOf(scope);
  if (feature === undefined) return ORG;
  if (scope.includes('/')) return featureScope(feature);
  const team = settings.features[feature]?.team;
  return team === undefined ? ORG : teamScope(team);
}

export function childrenOf(scope: Scope, settings: Settings): Scope[] {
  return allGates(settings).filter((candidate) => parentOf(candidate, settings) === scope);
}

/** Every gate of the configuration, each before its parent: the order in which money is given back. */
export function allGates(settings: Settings): Scope[] {
  const features = Object.values(settings.features);
  const shards = features.flatMap((feature) => (feature.shards > 1 ? leavesOf(feature) : []));
  const own = new Set([...features.map((feature) => featureScope(feature.name)), featureScope(UNASSIGNED_FEATURE)]);
  return [...shards, ...own, ...Object.keys(settings.teams).map(teamScope), ORG];
}

/** The gates that a leaf's money comes through, the leaf first. */
export function pathOf(leaf: Scope, settings: Settings): Scope[] {
  const parent = parentOf(leaf, settings);
  return parent === undefined ? [leaf] : [leaf, ...pathOf(parent, settings)];
}

/** Caps that a gate checks itself. An hourly cap is checked in the leaves alone: each shard of a split feature has an equal share of it. */
export function capsOf(scope: Scope, settings: Settings): Caps {
  if (scope === ORG) return settings.caps;
  const feature = featureOf(scope);
  if (feature === undefined) return settings.teams[scope.slice('team:'.length)]?.caps ?? {};
  const own = settings.features[feature];
  const { hourlyPico, ...caps } = own?.caps ?? {};
  if (own === undefined || hourlyPico === undefined) return scope.includes('/') ? {} : caps;
  if (scope.includes('/')) return { hourlyPico: hourlyPico / BigInt(own.shards) };
  return own.shards > 1 ? caps : { ...caps, hourlyPico };
}
