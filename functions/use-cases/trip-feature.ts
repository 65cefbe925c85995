import type { BreakerFields, Scope } from '../core/gate.ts';
import { breakerPolicy, trippedFields } from '../core/gate-breaker.ts';
import { featureOf, featureScope, leavesOf } from '../core/gate-tree.ts';
import type { MoneyPorts } from './money-ports.ts';

const CLOSED: BreakerFields = { trips: 0 };

type Concerns = (seen: BreakerFields) => boolean;
type BreakerPorts = Pick<MoneyPorts, 'gates' | 'settings' | 'now'>;

/**
 * Opens a feature's breaker. One conditional write at the feature's gate decides: true for exactly one of many tripping callers, who then
 * alerts. The leaves of a split feature get copies; those that the winner died before making are made by the losers.
 */
export async function tripFeature(feature: string, trip: { readonly reason: string }, ports: BreakerPorts): Promise<boolean> {
  const settings = ports.settings.features[feature];
  if (settings === undefined) return false;
  const own = featureScope(feature);
  const seen = (await ports.gates.read(own)).breaker;
  const next = trippedFields(seen, trip.reason, breakerPolicy(settings), ports.now());
  const won = next !== undefined && (await ports.gates.setBreaker(own, seen, next)) === 'changed';
  if (won) await copyToShards(feature, next, ports);
  else if (settings.shards > 1) await completeTrip(feature, ports);
  return won;
}

/** What is open at the feature's gate is open in every leaf that is still closed. */
async function completeTrip(feature: string, ports: BreakerPorts): Promise<void> {
  const { breaker } = await ports.gates.read(featureScope(feature));
  if ((breaker.openUntilMs ?? 0) > ports.now()) await copyToShards(feature, breaker, ports, (seen) => seen.openUntilMs === undefined);
}

/**
 * Stops one template of a feature for its cool-down, in the items that its calls are held in. The write at the feature's gate decides: true for exactly
 * one of many tripping callers, who then alerts. Nothing probes: when it has cooled down, calls pass and are judged again.
 */
export async function tripTemplate(
  feature: string,
  template: string,
  { reason }: { readonly reason: string },
  ports: BreakerPorts,
): Promise<boolean> {
  const settings = ports.settings.features[feature];
  if (settings === undefined) return false;
  const atMs = ports.now();
  const trip = { untilMs: atMs + settings.loop.coolDownMs, reason, atMs };
  const own = featureScope(feature);
  const won = (await ports.gates.tripTemplate(own, template, trip)) === 'changed';
  await Promise.all(
    leavesOf(settings)
      .filter((leaf) => leaf !== own)
      .map((leaf) => ports.gates.tripTemplate(leaf, template, trip)),
  );
  return won;
}

/** Closes a feature's breaker, whoever tripped it. An operator's pause stays. */
export async function resetFeature(feature: string, ports: BreakerPorts): Promise<void> {
  if (ports.settings.features[feature] === undefined) return;
  await replaceBreaker(featureScope(feature), CLOSED, ports);
  await copyToShards(feature, CLOSED, ports);
}

async function copyToShards(feature: string, next: BreakerFields, ports: BreakerPorts, concerns: Concerns = () => true): Promise<void> {
  const settings = ports.settings.features[feature];
  const leaves = settings === undefined ? [] : leavesOf(settings);
  await Promise.all(leaves.filter((leaf) => leaf !== featureScope(feature)).map((leaf) => replaceBreaker(leaf, next, ports, concerns)));
}

async function replaceBreaker(scope: Scope, next: BreakerFields, { gates }: BreakerPorts, concerns: Concerns = () => true): Promise<void> {
  if (featureOf(scope) === undefined) throw new RangeError(`${scope} has no breaker in its gate`);
  const seen = (await gates.read(scope)).breaker;
  if (concerns(seen)) await gates.setBreaker(scope, seen, next);
}
