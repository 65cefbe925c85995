import { allowanceOf, pendingDown, pendingUp } from '../core/budget.ts';
import { type Gate, transferKey } from '../core/gate.ts';
import { parentOf } from '../core/gate-tree.ts';
import { minPico, type PicoUsd } from '../core/money.ts';
import type { MoneyPorts } from './money-ports.ts';

type TransferPorts = Pick<MoneyPorts, 'gates' | 'settings'>;

/** Finishes a grant that this child has not received yet, whoever made it. Answers the child as it is then. Read the child before the parent. */
export async function take(child: Gate, parent: Gate, day: string, { gates }: TransferPorts): Promise<Gate> {
  if (pendingDown(parent, child, day) <= 0n) return child;
  const grantedPico = parent.granted[transferKey(child.scope, day)] ?? 0n;
  const seenPico = child.received[day] ?? 0n;
  if ((await gates.take(child.scope, { day, seenPico, grantedPico })) === 'refused') return gates.read(child.scope);
  const allowance = { ...child.allowance, [day]: allowanceOf(child, day) + grantedPico - seenPico };
  return { ...child, allowance, received: { ...child.received, [day]: grantedPico } };
}

/** `overtaken`: somebody else has changed the parent since it was read. */
type GivenBack = 'moved' | 'nothing' | 'overtaken';

/** Finishes money on its way up. */
async function accept(child: Gate, parent: Gate, day: string, { gates, settings }: TransferPorts): Promise<GivenBack> {
  if (pendingUp(parent, child, day) <= 0n) return 'nothing';
  const seenPico = parent.acceptedBack[transferKey(child.scope, day)] ?? 0n;
  const returnedPico = child.returned[day] ?? 0n;
  const intoAllowance = parentOf(parent.scope, settings) !== undefined;
  const write = await gates.accept(parent.scope, { child: child.scope, day, seenPico, returnedPico, intoAllowance });
  return write === 'changed' ? 'moved' : 'overtaken';
}

/** Moves up to `mostPico` of the child's unspent allowance back to its parent, and finishes what was already on its way. */
export async function giveBack(child: Gate, parent: Gate, day: string, mostPico: PicoUsd, ports: TransferPorts): Promise<GivenBack> {
  const addPico = minPico(mostPico, allowanceOf(child, day));
  if (addPico <= 0n) return accept(child, parent, day, ports);
  const seenPico = child.returned[day] ?? 0n;
  // Refused: somebody was faster with this counter, or the money is spent. What is on its way is finished all the same.
  const moved = (await ports.gates.giveBack(child.scope, { day, seenPico, addPico })) === 'changed';
  const after = moved ? { ...child, returned: { ...child.returned, [day]: seenPico + addPico } } : await ports.gates.read(child.scope);
  return accept(after, parent, day, ports);
}
