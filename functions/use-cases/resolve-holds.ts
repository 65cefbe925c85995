import { assumedEntry, requestOf } from '../core/assumed-entry.ts';
import type { ChunkHold, Gate, Hold, Scope } from '../core/gate.ts';
import { featureOf } from '../core/gate-tree.ts';
import type { MoneyPorts } from './money-ports.ts';
import { recordEntry } from './settle-money.ts';

export type Resolved = { settled: number; assumed: number; chunksRemoved: number };

const isStale = ({ deadlineMs }: Hold, nowMs: number): boolean => deadlineMs < nowMs;
/** Sealed ones belong to the harvester. */
const isAbandoned = ({ phase, deadlineMs }: ChunkHold, nowMs: number): boolean => phase === 'open' && deadlineMs < nowMs;

export const hasStaleHolds = (gate: Gate, nowMs: number): boolean =>
  gate.holds.some((hold) => isStale(hold, nowMs)) || gate.chunks.some((chunk) => isAbandoned(chunk, nowMs));

/**
 * Finishes the books of every call in this leaf that is past its deadline, and removes batch holds that were never sealed. Repeatable by anyone. One
 * that cannot be finished does not keep the others: the first such failure is thrown at the end.
 */
export async function resolveStaleHolds(leaf: Scope, ports: MoneyPorts): Promise<Resolved> {
  const gate = await ports.gates.read(leaf);
  const nowMs = ports.now();
  const done: Resolved = { settled: 0, assumed: 0, chunksRemoved: 0 };
  const failures: unknown[] = [];
  for (const hold of gate.holds.filter((each) => isStale(each, nowMs))) {
    const outcome = await resolveHold(leaf, hold, ports).catch((error: unknown) => failures.push(error));
    if (outcome === 'settled') done.settled += 1;
    if (outcome === 'assumed') done.assumed += 1;
  }
  for (const chunk of gate.chunks.filter((each) => isAbandoned(each, nowMs)))
    if ((await ports.gates.settleChunk(leaf, chunk, 0n)) === 'changed') done.chunksRemoved += 1;
  if (failures.length > 0) throw failures[0];
  return done;
}

/**
 * Claim first, so that the owner can no longer give the hold back and no late copy of it can land; then find the call's entry, or put the whole
 * hold as `assumed`; then settle the gate with the entry that won.
 */
async function resolveHold(leaf: Scope, hold: Hold, ports: MoneyPorts): Promise<'gone' | 'settled' | 'assumed'> {
  const feature = featureOf(leaf);
  if (feature === undefined) throw new RangeError(`a hold outside of a leaf: ${leaf}`);
  if ((await ports.gates.claim(leaf, hold, hold.admittedAtMs)) === 'refused') return 'gone';
  const { requestId, attempt } = requestOf(hold, feature);
  // An entry that is there is recorded again: the first put wins, and an owner that died before marking its hour dirty is made up for.
  const known = await ports.ledger.find(requestId, attempt);
  const winner = await recordEntry(known ?? assumedEntry(hold, feature, ports.settings), ports);
  await ports.gates.settle(leaf, hold, winner.costPico);
  return winner.kind === 'assumed' ? 'assumed' : 'settled';
}
