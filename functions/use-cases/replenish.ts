import { allowanceOf, type CapUse, capUses, grantSize, inFlight, leftOf, roomFor, tightest } from '../core/budget.ts';
import { type Gate, transferKey } from '../core/gate.ts';
import { capsOf, parentOf } from '../core/gate-tree.ts';
import { maxPico, minPico, type PicoUsd } from '../core/money.ts';
import type { MoneyPorts } from './money-ports.ts';
import { type Effort, newEffort, reclaim } from './reclaim.ts';
import { take } from './transfers.ts';

/** The allowance that is asked for: `most` covers the whole call, `least` the shortest one that is still worth making. */
export type Ask = { readonly day: string; readonly least: PicoUsd; readonly most: PicoUsd };

/** The child after the attempt. `shortage`: the cap above that stood in the way. `heldPico`: money in flight seen among the others. */
export type Supply = { readonly gate: Gate; readonly shortage?: CapUse; readonly heldPico: PicoUsd; readonly seen: readonly Gate[] };

/** Contention at a parent is settled by trying again; this often, then the hold itself is tried again. */
const ROUNDS = 3;

/**
 * Moves money down from the parent until the child's allowance of the day reaches `most`, or as near as the tree allows. The parent asks its own
 * parent first, then takes idle money back from its other children. Interrupted anywhere, it leaves counters that anybody may finish.
 */
export async function replenish(child: Gate, ask: Ask, ports: MoneyPorts, effort: Effort = newEffort()): Promise<Supply> {
  const parentScope = parentOf(child.scope, ports.settings);
  if (parentScope === undefined) return { gate: child, heldPico: 0n, seen: [] };
  let supply: Supply = { gate: child, heldPico: 0n, seen: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const parent = await ports.gates.read(parentScope);
    const gate = await take(supply.gate, parent, ask.day, ports);
    supply = { ...supply, gate, seen: [parent] };
    if (allowanceOf(gate, ask.day) >= ask.most) return supply;
    const funded = await fund(parent, gate, ask, ports, effort);
    supply = { gate, ...funded.shortage, heldPico: funded.heldPico, seen: [funded.parent, ...funded.seen] };
    if (funded.amountPico <= 0n) return supply;
    const wrote = await grant(funded.parent, gate, ask.day, funded.amountPico, ports);
    const after = wrote ? await take(gate, await ports.gates.read(parentScope), ask.day, ports) : await ports.gates.read(child.scope);
    supply = { ...supply, gate: after };
    if (allowanceOf(after, ask.day) >= ask.most || (wrote && allowanceOf(after, ask.day) >= ask.least)) return supply;
  }
  return supply;
}

type Funding = {
  readonly parent: Gate;
  readonly amountPico: PicoUsd;
  readonly shortage: { readonly shortage?: CapUse };
  readonly heldPico: PicoUsd;
  readonly seen: readonly Gate[];
};

/** Finds the money in the parent: its own, its parent's, its idle children's, and with those its parent's again; and how much of it to grant. */
async function fund(before: Gate, child: Gate, ask: Ask, ports: MoneyPorts, effort: Effort): Promise<Funding> {
  const { day } = ask;
  const need = { day, least: ask.least - allowanceOf(child, day), most: ask.most - allowanceOf(child, day) };
  let raised = await raise(before, need, ports, effort);
  let heldPico = raised.heldPico;
  const left = remainder(raised.gate, day, ports);
  if (left !== undefined && left < need.most) {
    const back = await reclaim(raised.gate, child.scope, { day, shortPico: need.most - left }, effort, ports);
    heldPico += back.heldPico;
    raised = await raise(back.parent, need, ports, effort);
  }
  const parent = raised.gate;
  const own = tightest(capUses(parent, capsOf(parent.scope, ports.settings), { day }));
  const inTheWay = own !== undefined && leftOf(own) < need.most ? own : raised.shortage;
  return {
    parent,
    amountPico: grantSize(need, remainder(parent, day, ports), usableBy(child, day, ports)),
    shortage: inTheWay === undefined ? {} : { shortage: inTheWay },
    heldPico: heldPico + inFlight(parent, day),
    seen: raised.seen,
  };
}

/** Raises the parent's own allowance, as far as its caps let it grant, unless it is the root. */
async function raise(parent: Gate, need: Ask, ports: MoneyPorts, effort: Effort): Promise<Supply> {
  const left = leftUnderCaps(parent, need.day, ports);
  const most = left === undefined ? need.most : minPico(left, need.most);
  if (isRoot(parent, ports) || allowanceOf(parent, need.day) >= most) return { gate: parent, heldPico: 0n, seen: [] };
  return replenish(parent, { day: need.day, least: maxPico(0n, minPico(need.least, most)), most }, ports, effort);
}

const isRoot = (gate: Gate, { settings }: MoneyPorts) => parentOf(gate.scope, settings) === undefined;

function leftUnderCaps(gate: Gate, day: string, { settings }: MoneyPorts): PicoUsd | undefined {
  const use = tightest(capUses(gate, capsOf(gate.scope, settings), { day }));
  return use === undefined ? undefined : maxPico(0n, leftOf(use));
}

/** What the parent could grant: left under its own caps and, when it is not the root, in its allowance. */
function remainder(parent: Gate, day: string, ports: MoneyPorts): PicoUsd | undefined {
  const left = leftUnderCaps(parent, day, ports);
  if (isRoot(parent, ports)) return left;
  const allowance = maxPico(0n, allowanceOf(parent, day));
  return left === undefined ? allowance : minPico(left, allowance);
}

/** What the child could spend beyond the allowance that it has. */
function usableBy(child: Gate, day: string, ports: MoneyPorts): PicoUsd | undefined {
  const left = leftUnderCaps(child, day, ports);
  return left === undefined ? undefined : maxPico(0n, left - allowanceOf(child, day));
}

async function grant(parent: Gate, child: Gate, day: string, addPico: PicoUsd, { gates, settings }: MoneyPorts): Promise<boolean> {
  const seenPico = parent.granted[transferKey(child.scope, day)] ?? 0n;
  const spendsAllowance = parentOf(parent.scope, settings) !== undefined;
  const transfer = { child: child.scope, day, seenPico, addPico, spendsAllowance };
  return (await gates.grant(parent.scope, transfer, roomFor(capsOf(parent.scope, settings), addPico))) === 'changed';
}
