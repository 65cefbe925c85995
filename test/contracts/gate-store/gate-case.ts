import type { ChunkHold, Hold } from '../../../functions/core/gate.ts';
import type { GateStore } from '../../../functions/ports/gate-store.ts';

/** A store, and a leaf of its own with this much allowance of DAY. */
export type Fresh = (allowance: bigint) => Promise<{ readonly gates: GateStore; readonly leaf: string }>;

/** One promise of every gate store, as the end of a sentence, and what proves it. */
export type GateCase = readonly [promise: string, prove: (fresh: Fresh) => Promise<void>];

export const DAY = '2026-11-22';
export const MONTH = '2026-11';
export const HOUR = '2026-11-22T10';
export const FREE = { debtAllowed: false };
/** Past 2^53: money must not pass through a JavaScript number. */
export const BIG = 9_007_199_254_740_993n;

let serial = 0;

/** Leaves of one store, each new. */
export function freshLeaves(gates: GateStore): Fresh {
  return async (allowance) => {
    serial += 1;
    const leaf = `feature:f${serial}`;
    if (allowance > 0n) await gates.take(leaf, { day: DAY, seenPico: 0n, grantedPico: allowance });
    return { gates, leaf };
  };
}

export const hold = (id: string, amountPico: bigint, over: Partial<Hold> = {}): Hold => ({
  id: `${id}#1`,
  amountPico,
  day: DAY,
  admittedAtMs: 1000,
  deadlineMs: 2000,
  template: 'extract',
  model: 'haiku',
  claimed: false,
  ...over,
});

export const chunk = (amountPico: bigint): ChunkHold => ({ chunkId: 'c1', amountPico, day: DAY, deadlineMs: 5000, phase: 'open' });
