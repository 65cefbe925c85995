import { allowanceOf, inFlight } from '../core/budget.ts';
import type { Gate, Scope } from '../core/gate.ts';
import { childrenOf } from '../core/gate-tree.ts';
import type { PicoUsd } from '../core/money.ts';
import type { MoneyPorts } from './money-ports.ts';
import { giveBack } from './transfers.ts';

/** How many gates one call may still look into for idle money: bounds the reads of a refusal, whatever the size of the tree. */
export type Effort = { left: number };
export const newEffort = (): Effort => ({ left: 16 });

/**
 * Takes unspent allowance back from the parent's other children (and theirs), at most `shortPico`. Answers the parent as it is then, and the
 * money of calls in flight that was seen on the way: that may come back by itself.
 */
export async function reclaim(
  parent: Gate,
  except: Scope | undefined,
  ask: { day: string; shortPico: PicoUsd },
  effort: Effort,
  ports: MoneyPorts,
): Promise<{ parent: Gate; heldPico: PicoUsd }> {
  const siblings = rotated(
    childrenOf(parent.scope, ports.settings).filter((scope) => scope !== except),
    ports.random(),
  );
  let current = parent;
  let heldPico = 0n;
  let shortPico = ask.shortPico;
  for (const scope of siblings) {
    if (effort.left <= 0 || shortPico <= 0n) break;
    effort.left -= 1;
    const first = await ports.gates.read(scope);
    heldPico += inFlight(first, ask.day);
    const spare = allowanceOf(first, ask.day);
    const below =
      spare < shortPico ? await reclaim(first, undefined, { day: ask.day, shortPico: shortPico - spare }, effort, ports) : undefined;
    heldPico += below?.heldPico ?? 0n;
    const child = below?.parent ?? first;
    const given = await giveBack(child, current, ask.day, shortPico, ports);
    if (given === 'nothing') continue;
    if (given === 'moved') shortPico -= allowanceOf(child, ask.day);
    current = await ports.gates.read(parent.scope);
  }
  return { parent: current, heldPico };
}

/** Starts anywhere, so that callers do not all ask the same sibling first. */
function rotated<Item>(items: readonly Item[], random: number): Item[] {
  const start = Math.floor(random * items.length);
  return [...items.slice(start), ...items.slice(0, start)];
}
