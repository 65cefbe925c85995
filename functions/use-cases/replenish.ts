import { allowanceOf, type CapUse, capUses, grantSize, inFlight, leftOf, roomFor, tightest } from '../core/budget.ts';
import { type Gate, transferKey } from '../core/gate.ts';
import { capsOf, parentOf } from '../core/gate-tree.ts';
import { maxPico, minPico, type PicoUsd } from '../core/money.ts';
import type { MoneyPorts } from './money-ports.ts';
import { type Effort, newEffort, reclaim } from './reclaim.ts';
import { take } from './transfers.ts';

/** The allowance that is asked for: `most` covers the whole call, `least` the shortest one that is still worth making. */
export type Ask = { readonly day: string; readonly least: PicoUsd; readonly most: PicoUsd };

/**
 * The child after the attempt. `shortage`: the cap above that stood in the way. `contended`: somebody else moved money at the same time, so the
 * child may have it by now. `heldPico`: money in flight seen among the others.
 */
export type Supply = {
  readonly gate: Gate;
  readonly shortage?: CapUse;
  readonly contended: boolean;
  readonly heldPico: PicoUsd;
  readonly seen: readonly Gate[];
};

/**
 * Moves money down from the parent until the child's allowance of the day reaches `most`, or as near as the tree allows. The parent asks its own
 * parent first, then takes idle money back from its other children. Interrupted anywhere, it leaves counters that anybody may finish.
 */
export async function replenish(child: Gate, ask: Ask, ports: MoneyPorts, effort: Effort = newEffort()): Promise<Supply> {
  const parentScope = parentOf(child.scope, ports.settings);
  const nothing = { contended: false, heldPico: 0n, seen: [] };
  if (parentScope === undefined) return { gate: child, ...nothing };
  const parent = await ports.gates.read(parentScope);
  const gate = await take(child, parent, ask.day, ports);
  if (allowanceOf(gate, ask.day) >= ask.most) return { gate, ...nothing, seen: [parent] };
  const { amountPico, parent: funded, ...rest } = await fund(parent, gate, ask, ports, effort);
  const supply = { ...rest, gate, seen: [funded, ...rest.seen] };
  if (amountPico <= 0n) return supply;
  const granted = await grant(funded, gate, ask.day, amountPico, ports);
  if (granted === undefined) return { ...supply, contended: true };
  const after = await take(gate, granted, ask.day, ports);
  // Less than was granted: somebody else has received it, and spent it already.
  return { ...supply, gate: after, contended: supply.contended || allowanceOf(after, ask.day) < ask.least };
}

type Funding = Omit<Supply, 'gate'> & { readonly parent: Gate; readonly amountPico: PicoUsd };

/** Finds the money in the parent: its own, its parent's, its idle children's, and with those its parent's again; and how much of it to grant. */
async function fund(before: Gate, child: Gate, ask: Ask, ports: MoneyPorts, effort: Effort): Promise<Funding> {
  const { day } = ask;
  const need = { day, least: ask.least - allowanceOf(child, day), most: ask.most - allowanceOf(child, day) };
  let raised = await raise(before, need, ports, effort);
  let heldPico = raised.heldPico;
  const left = remainder(raised.gate, day, ports);
  if (left !== undefined && left < need.most && !raised.contended) {
    const back = await reclaim(raised.gate, child.scope, { day, shortPico: need.most - left }, effort, ports);
    heldPico += back.heldPico;
    raised = await raise(back.parent, need, ports, effort);
  }
  const { gate: parent, contended, seen } = raised;
  const own = tightest(capUses(parent, capsOf(parent.scope, ports.settings), { day }));
  const inTheWay = own !== undefined && leftOf(own) < need.most ? own : raised.shortage;
  return {
    parent,
    amountPico: grantSize(need, remainder(parent, day, ports), usableBy(child, day, ports)),
    ...(inTheWay === undefined ? {} : { shortage: inTheWay }),
    contended,
    heldPico: heldPico + inFlight(parent, day),
    seen,
  };
}

/** Raises the parent's own allowance, as far as its caps let it grant, unless it is the root. */
async function raise(parent: Gate, need: Ask, ports: MoneyPorts, effort: Effort): Promise<Supply> {
  const left = leftUnderCaps(parent, need.day, ports);
  const most = left === undefined ? need.most : minPico(left, need.most);
  if (isRoot(parent, ports) || allowanceOf(parent, need.day) >= most) return { gate: parent, contended: false, heldPico: 0n, seen: [] };
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

/** The parent as it is after the grant; undefined when somebody else wrote to the same counter, or the money went elsewhere. */
async function grant(parent: Gate, child: Gate, day: string, addPico: PicoUsd, { gates, settings }: MoneyPorts): Promise<Gate | undefined> {
  const key = transferKey(child.scope, day);
  const seenPico = parent.granted[key] ?? 0n;
  const spendsAllowance = parentOf(parent.scope, settings) !== undefined;
  const transfer = { child: child.scope, day, seenPico, addPico, spendsAllowance };
  const write = await gates.grant(parent.scope, transfer, roomFor(capsOf(parent.scope, settings), addPico));
  return write === 'changed' ? { ...parent, granted: { ...parent.granted, [key]: seenPico + addPico } } : undefined;
}
