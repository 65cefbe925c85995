import type { BreakerFields, Scope } from '../core/gate.ts';
import { breakerPolicy, PAUSED, trippedFields } from '../core/gate-breaker.ts';
import { featureOf, featureScope, leavesOf } from '../core/gate-tree.ts';
import type { MoneyPorts } from './money-ports.ts';

type BreakerPorts = Pick<MoneyPorts, 'gates' | 'settings' | 'now'>;

/** Far enough: a pause ends when an operator resumes. */
const PAUSE_UNTIL_MS = Date.UTC(2100, 0, 1);

/**
 * Opens a feature's breaker. One conditional write at the feature's gate decides: true for exactly one of many tripping callers, who then
 * alerts. The leaves of a split feature get copies.
 */
export async function tripFeature(feature: string, trip: { readonly reason: string }, ports: BreakerPorts): Promise<boolean> {
  const settings = ports.settings.features[feature];
  if (settings === undefined) return false;
  const own = featureScope(feature);
  const seen = (await ports.gates.read(own)).breaker;
  const next = trippedFields(seen, trip.reason, breakerPolicy(settings), ports.now());
  if (next === undefined) return false;
  if ((await ports.gates.setBreaker(own, seen, next)) === 'refused') return false;
  await copyToShards(feature, next, ports);
  return true;
}

/** An operator stops every call of a feature until `resetFeature`. */
export async function pauseFeature(feature: string, ports: BreakerPorts): Promise<boolean> {
  const paused: BreakerFields = { openUntilMs: PAUSE_UNTIL_MS, trips: 0, reason: PAUSED };
  return overwrite(feature, paused, ports);
}

/** An operator closes a feature's breaker, tripped or paused. */
export async function resetFeature(feature: string, ports: BreakerPorts): Promise<boolean> {
  return overwrite(feature, { trips: 0 }, ports);
}

async function overwrite(feature: string, next: BreakerFields, ports: BreakerPorts): Promise<boolean> {
  if (ports.settings.features[feature] === undefined) return false;
  const changed = await replaceBreaker(featureScope(feature), next, ports);
  await copyToShards(feature, next, ports);
  return changed;
}

async function copyToShards(feature: string, next: BreakerFields, ports: BreakerPorts): Promise<void> {
  const settings = ports.settings.features[feature];
  const leaves = settings === undefined ? [] : leavesOf(settings);
  await Promise.all(leaves.filter((leaf) => leaf !== featureScope(feature)).map((leaf) => replaceBreaker(leaf, next, ports)));
}

async function replaceBreaker(scope: Scope, next: BreakerFields, { gates }: BreakerPorts): Promise<boolean> {
  if (featureOf(scope) === undefined) throw new RangeError(`${scope} has no breaker in its gate`);
  const seen = (await gates.read(scope)).breaker;
  return (await gates.setBreaker(scope, seen, next)) === 'changed';
}
