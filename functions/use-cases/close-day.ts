import { allowanceOf } from '../core/budget.ts';
import type { Gate } from '../core/gate.ts';
import { allGates, parentOf } from '../core/gate-tree.ts';
import type { MoneyPorts } from './money-ports.ts';
import { giveBack, take } from './transfers.ts';

type DayPorts = Pick<MoneyPorts, 'gates' | 'settings'>;

/**
 * Midnight: every leftover allowance of the day goes back up, leaf to organization, in the day's own month. Repeat it while holds of the day are
 * being settled: each repetition moves what has come free since. What another caller moves at the same time is moved by the next repetition.
 */
export async function closeDay(day: string, ports: DayPorts): Promise<void> {
  for (const scope of allGates(ports.settings)) {
    const parentScope = parentOf(scope, ports.settings);
    if (parentScope === undefined) continue;
    // The child before its parent: the order in which a day that is being forgotten cannot look like money on its way.
    const child = await ports.gates.read(scope);
    const parent = await ports.gates.read(parentScope);
    const whole = await take(child, parent, day, ports);
    await giveBack(whole, parent, day, allowanceOf(whole, day), ports);
  }
}

/** The days before `today` that a gate still keeps money of: to be closed, audited and one day forgotten. */
export function pastDaysOf(gates: readonly Gate[], today: string): string[] {
  const days = gates.flatMap((gate) => [
    ...Object.keys(gate.committedByDay),
    ...Object.keys(gate.allowance),
    ...gate.holds.map((hold) => hold.day),
    ...gate.chunks.map((chunk) => chunk.day),
  ]);
  return [...new Set(days)].filter((day) => day < today).toSorted();
}
