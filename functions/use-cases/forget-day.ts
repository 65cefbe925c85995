import { allowanceOf, pendingDown, pendingUp } from '../core/budget.ts';
import type { Gate, Scope } from '../core/gate.ts';
import { allGates, childrenOf, parentOf } from '../core/gate-tree.ts';
import type { MoneyPorts } from './money-ports.ts';

type DayPorts = Pick<MoneyPorts, 'gates' | 'settings'>;

/**
 * Drops an audited day's attributes from every gate, when nothing of it is held, unspent or on its way. Answers whether it did. Months stay: they
 * bound later days. Parents' grants go first, then the rest from the leaves up: so no half-forgotten transfer can be finished twice.
 */
export async function forgetDay(day: string, ports: DayPorts): Promise<boolean> {
  const scopes = allGates(ports.settings);
  const gates = new Map<Scope, Gate>();
  for (const scope of scopes) gates.set(scope, await ports.gates.read(scope));
  const known = [...gates.values()].filter((gate) => mentions(gate, day));
  const quiet = known.every((gate) => isSettled(gate, gates.get(parentOf(gate.scope, ports.settings) ?? ''), day));
  if (!quiet || known.length === 0) return false;
  for (const kind of ['granted', 'rest'] as const)
    for (const { scope, committedByHour } of known) {
      const hours = Object.keys(committedByHour).filter((hour) => hour.slice(0, 10) < day);
      await ports.gates.forgetDay(scope, day, { kind, children: childrenOf(scope, ports.settings), hours });
    }
  return true;
}

const mentions = (gate: Gate, day: string) =>
  day in gate.committedByDay ||
  day in gate.allowance ||
  day in gate.received ||
  Object.keys(gate.granted).some((key) => key.endsWith(`#${day}`));

function isSettled(gate: Gate, parent: Gate | undefined, day: string): boolean {
  if (gate.holds.some((hold) => hold.day === day) || gate.chunks.some((chunk) => chunk.day === day)) return false;
  if (parent === undefined) return true;
  // Below zero is observe mode's debt: nobody is going to pay it for a past day.
  return allowanceOf(gate, day) <= 0n && pendingDown(parent, gate, day) <= 0n && pendingUp(parent, gate, day) <= 0n;
}
