import { allowanceOf, isReturned } from '../core/budget.ts';
import type { MoneyPorts } from './money-ports.ts';
import { type Gates, giverOf, readGates } from './read-gates.ts';
import { giveBack, take } from './transfers.ts';

type DayPorts = Pick<MoneyPorts, 'gates' | 'settings'>;

/**
 * Midnight: every leftover allowance of the day goes back up, leaf to organization, in the day's own month. Repeat it while holds of the day are
 * being settled: each repetition moves what has come free since. What another caller moves at the same time is moved by the next repetition.
 */
export async function closeDay(day: string, ports: DayPorts): Promise<void> {
  const gates = await readGates(ports);
  for (const scope of gates.keys()) {
    const giver = giverOf(scope, gates, ports.settings);
    if (giver === undefined) continue;
    // The child before its parent: the order in which a day that is being forgotten cannot look like money on its way.
    const child = await ports.gates.read(scope);
    const parent = await ports.gates.read(giver);
    const whole = await take(child, parent, day, ports);
    await giveBack(whole, parent, day, allowanceOf(whole, day), ports);
  }
}

/** Whether every gate has given back what it has not spent of the day. */
export const isClosed = (day: string, gates: Gates, { settings }: DayPorts): boolean =>
  gates.values().every((gate) => {
    const giver = gates.get(giverOf(gate.scope, gates, settings) ?? '');
    return giver === undefined || isReturned(gate, giver, day);
  });
