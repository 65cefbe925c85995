import type { Gate } from '../core/gate.ts';
import { childrenOf } from '../core/gate-tree.ts';
import { isClosed } from './close-day.ts';
import type { MoneyPorts } from './money-ports.ts';
import { grantees, readGates } from './read-gates.ts';

/** An expression of DynamoDB is bounded: 4 KB. */
const CHILDREN_AT_ONCE = 100;

/**
 * Drops an audited day's attributes from every gate, when nothing of it is held, unspent or on its way. Answers whether it did. Months stay: they
 * bound later days. Parents' grants go first, then the rest from the leaves up: so no half-forgotten transfer can be finished twice.
 */
export async function forgetDay(day: string, ports: Pick<MoneyPorts, 'gates' | 'settings'>): Promise<boolean> {
  const gates = await readGates(ports);
  const known = [...gates.values()].filter((gate) => mentions(gate, day));
  if (known.length === 0 || known.some((gate) => holds(gate, day)) || !isClosed(day, gates, ports)) return false;
  for (const kind of ['granted', 'rest'] as const)
    for (const gate of known) {
      const children = [...new Set([...childrenOf(gate.scope, ports.settings), ...grantees(gate)])];
      const hours = Object.keys(gate.committedByHour).filter((hour) => hour.slice(0, 10) < day);
      for (let at = 0; at === 0 || at < children.length; at += CHILDREN_AT_ONCE)
        await ports.gates.forgetDay(gate.scope, day, { kind, children: children.slice(at, at + CHILDREN_AT_ONCE), hours });
    }
  return true;
}

const mentions = (gate: Gate, day: string): boolean =>
  day in gate.committedByDay ||
  day in gate.allowance ||
  day in gate.received ||
  Object.keys(gate.granted).some((key) => key.endsWith(`#${day}`));

const holds = (gate: Gate, day: string): boolean =>
  gate.holds.some((hold) => hold.day === day) || gate.chunks.some((chunk) => chunk.day === day);
