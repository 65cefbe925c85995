import type { BreakerFields, Scope } from '../core/gate.ts';
import { breakerPolicy, trippedFields } from '../core/gate-breaker.ts';
import { featureOf, featureScope, leavesOf } from '../core/gate-tree.ts';
import type { MoneyPorts } from './money-ports.ts';

const CLOSED: BreakerFields = { trips: 0 };

type BreakerPorts = Pick<MoneyPorts, 'gates' | 'settings' | 'now'>;

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

/** Closes a feature's breaker, whoever tripped it. An operator's pause stays. */
export async function resetFeature(feature: string, ports: BreakerPorts): Promise<void> {
  if (ports.settings.features[feature] === undefined) return;
  await replaceBreaker(featureScope(feature), CLOSED, ports);
  await copyToShards(feature, CLOSED, ports);
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
