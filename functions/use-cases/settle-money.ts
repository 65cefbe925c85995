import { mayBeClosed } from '../core/closed-hours.ts';
import { correctionOf } from '../core/correction.ts';
import type { Hold, Scope } from '../core/gate.ts';
import { breakerPolicy, probedFields } from '../core/gate-breaker.ts';
import { featureOf, UNASSIGNED_FEATURE } from '../core/gate-tree.ts';
import type { LedgerEntry } from '../core/ledger.ts';
import type { MoneyPorts } from './money-ports.ts';
import { resetFeature } from './trip-feature.ts';

type Held = { readonly leaf: Scope; readonly hold: Hold };
type LedgerPorts = Pick<MoneyPorts, 'ledger' | 'settings' | 'now'>;

/**
 * Writes the attempt's entry, then settles the gate with the entry that WON, which may be a resolver's. Interrupted in between, the resolver
 * finishes it; repeated, it changes nothing. Answers the winner: what the call costs in every book.
 */
export async function settleMoney(held: Held, entry: LedgerEntry, ports: Pick<MoneyPorts, 'gates'> & LedgerPorts): Promise<LedgerEntry> {
  const winner = await recordEntry(entry, ports);
  await ports.gates.settle(held.leaf, held.hold, winner.costPico);
  return winner;
}

/** Puts an entry; what it proves of a call that was already assumed becomes a correction. Answers the entry that won. Repeat it until it succeeds. */
export async function recordProof(entry: LedgerEntry, ledger: LedgerPorts['ledger']): Promise<LedgerEntry> {
  const winner = await ledger.record(entry);
  const correction = correctionOf(winner, entry);
  if (correction !== undefined) await ledger.record(correction);
  return winner;
}

/** The same, and marks the hour dirty when it may be rolled up already. */
export async function recordEntry(entry: LedgerEntry, { ledger, settings, now }: LedgerPorts): Promise<LedgerEntry> {
  const winner = await recordProof(entry, ledger);
  // After the put: a mark read by the compactor before the entry was there would be cleared too early.
  if (mayBeClosed(winner.hour, settings, now())) await ledger.markDirty(winner.hour, markId(correctionOf(winner, entry) ?? entry));
  return winner;
}

/** Each put has a mark of its own: a correction under the mark of the entry that it corrects would be cleared with it, unread. */
const markId = ({ requestId, attempt, kind }: LedgerEntry): string =>
  `${requestId}#${attempt}${kind === 'correction' ? '#correction' : ''}`;

/**
 * Tells a cooled-down breaker what its one probe found: closes it, or opens it for twice as long. Anybody else's outcome changes nothing.
 * Answers whether this call changed it.
 */
export async function settleProbe(
  held: Held & { readonly probe: boolean },
  healthy: boolean,
  { gates, settings, now }: Pick<MoneyPorts, 'gates' | 'settings' | 'now'>,
): Promise<boolean> {
  const feature = settings.features[featureOf(held.leaf) ?? UNASSIGNED_FEATURE];
  if (!held.probe || feature === undefined) return false;
  const seen = (await gates.read(held.leaf)).breaker;
  const next = probedFields(seen, held.hold.id, healthy, breakerPolicy(feature), now());
  if (next === undefined || (await gates.setBreaker(held.leaf, seen, next)) === 'refused') return false;
  // A split feature is healthy as a whole: its own gate and the other shards were opened by the same trip.
  if (healthy && feature.shards > 1) await resetFeature(feature.name, { gates, settings, now });
  return true;
}
