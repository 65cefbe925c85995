import { allowanceOf, budgetRefusal, type CapUse, capUses, contendedRefusal, leftOf, roomFor, tightest } from '../core/budget.ts';
import { localDay, monthOf } from '../core/calendar.ts';
import type { Refusal } from '../core/errors.ts';
import type { ChunkHold, Gate, Scope } from '../core/gate.ts';
import { breakerRefusal } from '../core/gate-breaker.ts';
import { pauseInGate } from '../core/gate-pause.ts';
import { capsOf, leafFor } from '../core/gate-tree.ts';
import { type PicoUsd, sumPico } from '../core/money.ts';
import { pausedRefusal } from '../core/override/override.ts';
import type { Caps } from '../core/settings.ts';
import type { HoldPorts, MoneyPorts } from './money-ports.ts';
import { underRaises } from './raised-ports.ts';
import { replenish } from './replenish.ts';

/** Batch money in a leaf. Store both in the chunk's item: everything later is done with them. */
export type HeldChunk = { readonly leaf: Scope; readonly chunk: ChunkHold };

export type ChunkRequest = {
  readonly feature: string;
  readonly chunkId: string;
  readonly wantPico: PicoUsd;
  readonly admittedAtMs: number;
  /** When a resolver may remove the hold if it is still open. */
  readonly deadlineMs: number;
};

const ROUNDS = 4;

/**
 * Holds a chunk's money, `open`, before its jobs are staged. All or nothing, without waiting: what is refused stays in the queue. Batch
 * holds of one leaf together stay under `batch.budgetShare` of its caps (checked, not enforced by the write: two callers may pass it).
 */
export async function holdChunk(
  request: ChunkRequest,
  own: HoldPorts,
): Promise<({ readonly kind: 'held' } & HeldChunk) | { readonly kind: 'refused'; readonly refusal: Refusal }> {
  const { feature, chunkId, wantPico, admittedAtMs, deadlineMs } = request;
  const ports = underRaises(own, await own.overrides.current());
  const { settings, gates } = ports;
  const leaf = leafFor(feature, settings, ports.random());
  const day = localDay(admittedAtMs, settings.timezone);
  const { hourlyPico: _, ...caps } = capsOf(leaf, settings);
  const chunk: ChunkHold = { chunkId, amountPico: wantPico, day, deadlineMs, phase: 'open' };
  let gate = await gates.read(leaf);
  for (let round = 0; ; round++) {
    if (gate.chunks.some((known) => known.chunkId === chunkId && known.phase === 'open' && known.amountPico === wantPico))
      return { kind: 'held', leaf, chunk };
    const refusal = chunkRefusal(gate, caps, { chunk, atMs: admittedAtMs }, ports);
    if (refusal !== undefined) return { kind: 'refused', refusal };
    if (allowanceOf(gate, day) < wantPico) {
      const supply = await replenish(gate, { day, least: wantPico, most: wantPico }, ports);
      gate = supply.gate;
      if (allowanceOf(gate, day) < wantPico && supply.shortage !== undefined)
        return { kind: 'refused', refusal: budgetRefusal(supply.shortage, wantPico, false) };
    }
    if ((await gates.openChunk(leaf, chunk, roomFor(caps, wantPico), admittedAtMs)) === 'changed') return { kind: 'held', leaf, chunk };
    if (round === ROUNDS) return { kind: 'refused', refusal: contendedRefusal(leaf, ports.now()) };
    gate = await gates.read(leaf);
  }
}

type ChunkWish = { readonly chunk: ChunkHold; readonly atMs: number };

function chunkRefusal(gate: Gate, caps: Caps, { chunk, atMs }: ChunkWish, { settings, now }: MoneyPorts): Refusal | undefined {
  const paused = pauseInGate(gate, undefined, atMs);
  if (paused !== undefined) return pausedRefusal(paused.scope, paused.untilMs);
  if (gate.breaker.openUntilMs !== undefined) return breakerRefusal(gate.scope, gate.breaker, now());
  const uses = capUses(gate, caps, { day: chunk.day });
  const short = tightest(uses);
  if (short !== undefined && leftOf(short) < chunk.amountPico) return budgetRefusal(short, chunk.amountPico, false);
  const over = uses.find((use) => batchShareLeft(gate, use, chunk, settings.batch.budgetShare) < chunk.amountPico);
  return over === undefined ? undefined : budgetRefusal(over, chunk.amountPico, false);
}

/** What batch may still hold under this cap. A share is a fraction such as 0.5: scaled to stay in integers. */
function batchShareLeft(gate: Gate, use: CapUse, chunk: ChunkHold, share: number): PicoUsd {
  const same = gate.chunks.filter((held) => (use.period === 'daily' ? held.day === chunk.day : monthOf(held.day) === monthOf(chunk.day)));
  return (use.capPico * BigInt(Math.round(share * 1000))) / 1000n - sumPico(same.map((held) => held.amountPico));
}

/**
 * The batch commit: the open hold becomes exactly the sum of its own jobs. Undefined when the hold is gone (a resolver removed it): its jobs
 * must be held again under a new chunk.
 */
export async function sealChunk(
  held: HeldChunk,
  seal: { readonly sealedPico: PicoUsd; readonly deadlineMs: number },
  { gates }: MoneyPorts,
): Promise<HeldChunk | undefined> {
  const { leaf, chunk } = held;
  const sealed: ChunkHold = { ...chunk, amountPico: seal.sealedPico, deadlineMs: seal.deadlineMs, phase: 'sealed' };
  if ((await gates.sealChunk(leaf, chunk, seal.sealedPico, seal.deadlineMs)) === 'changed') return { leaf, chunk: sealed };
  const known = (await gates.read(leaf)).chunks.find((candidate) => candidate.chunkId === chunk.chunkId);
  return known?.phase === 'sealed' && known.amountPico === seal.sealedPico ? { leaf, chunk: sealed } : undefined;
}

/** Commits what the chunk's records really cost and removes its hold. Repeating it changes nothing. */
export async function settleChunk(held: HeldChunk, realPico: PicoUsd, { gates }: MoneyPorts): Promise<void> {
  await gates.settleChunk(held.leaf, held.chunk, realPico);
}

/** Gives a chunk's whole hold back: nothing was submitted, or nothing was billed. */
export async function releaseChunk(held: HeldChunk, ports: MoneyPorts): Promise<void> {
  await settleChunk(held, 0n, ports);
}

/** The chunk's hold as it is now, open or sealed; undefined when it is gone. */
export async function findChunk(leaf: Scope, chunkId: string, { gates }: MoneyPorts): Promise<ChunkHold | undefined> {
  return (await gates.read(leaf)).chunks.find((chunk) => chunk.chunkId === chunkId);
}
