import { inParallel } from '../use-cases/in-parallel.ts';
import { readGates } from '../use-cases/read-gates.ts';
import { hasStaleHolds, resolveStaleHolds } from '../use-cases/resolve-holds.ts';
import { auditDays, closeDays, forgetDays } from './past-days.ts';
import { rollUpHours } from './roll-up-hours.ts';
import { attempt, type Compaction, type CompactorPorts, isOver, NOTHING_DONE, type Run } from './run.ts';

const LEAVES_AT_ONCE = 8;
/** Kept free for what was begun: an hour of some millions of entries. */
const TIME_TO_FINISH_MS = 300_000;

/** In this order: a hold resolved now is in the rollups, what it gives back goes up, and the audit finds it settled. */
const STEPS: readonly (readonly [name: string, step: (run: Run) => Promise<void>])[] = [
  ['resolve_holds', resolveAll],
  ['roll_up_hours', rollUpHours],
  ['close_days', closeDays],
  ['audit_days', auditDays],
  ['forget_days', forgetDays],
];

export type CompactOutcome = ({ readonly kind: 'done' } & Compaction) | { readonly kind: 'another_works' };

/**
 * The hourly upkeep. Every part may be repeated at any time, and one that fails does not stop the others; what is not begun some minutes before
 * `endsAtMs`, when this process ends, is left to the next run.
 */
export async function compact(ports: CompactorPorts, endsAtMs: number): Promise<CompactOutcome> {
  const stopAtMs = endsAtMs - TIME_TO_FINISH_MS;
  const done = await ports.lease.during((isLost) => upkeep({ ports, done: { ...NOTHING_DONE }, failures: [], stopAtMs, isLost }));
  return done === undefined ? { kind: 'another_works' } : { kind: 'done', ...done };
}

async function upkeep(run: Run): Promise<Compaction> {
  for (const [piece, step] of STEPS) await attempt(run, { piece }, () => step(run));
  run.ports.log('compacted', run.done);
  if (run.failures.length > 0) throw run.failures[0];
  return run.done;
}

async function resolveAll(run: Run): Promise<void> {
  const { ports, done } = run;
  const stale = (await readGates(ports)).values().filter((gate) => hasStaleHolds(gate, ports.now()));
  await inParallel(stale, LEAVES_AT_ONCE, async ({ scope }) => {
    if (isOver(run)) return;
    await attempt(run, { piece: 'resolve_holds', scope }, async () => {
      const { settled, assumed, chunksRemoved } = await resolveStaleHolds(scope, ports);
      done.resolvedSettled += settled;
      done.resolvedAssumed += assumed;
      done.openChunksRemoved += chunksRemoved;
    });
  });
}
