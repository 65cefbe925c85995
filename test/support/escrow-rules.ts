import type { Gate, Scope } from '../../functions/core/gate.ts';
import { transferKey } from '../../functions/core/gate.ts';
import { capsOf, featureOf, ORG } from '../../functions/core/gate-tree.ts';
import type { LedgerEntry } from '../../functions/core/ledger.ts';
import { sumPico } from '../../functions/core/money.ts';
import type { Settings } from '../../functions/core/settings.ts';
import { ulidTimeMs } from '../../functions/core/ulid-time.ts';

export const DAYS = ['2026-11-10', '2026-11-11'] as const;
const MONTH = '2026-11';

/** Everything that the rules compare. `chunkCost` and `spent`: what was really paid, by chunk and by entry key. */
export type Books = {
  readonly gates: { peek(scope: Scope): Gate };
  readonly ledger: { readonly entries: ReadonlyMap<string, LedgerEntry> };
  readonly settings: Settings;
  readonly leaves: readonly Scope[];
  readonly families: readonly { readonly scope: Scope; readonly children: readonly Scope[] }[];
  readonly leafOfHold: ReadonlyMap<string, Scope>;
  readonly leafOfChunk: ReadonlyMap<string, Scope>;
  readonly chunkCost: ReadonlyMap<string, bigint>;
  readonly spent: ReadonlyMap<string, bigint>;
};

/** The first rule that does not hold now, in words. */
export function brokenRule(books: Books): string | undefined {
  for (const { scope, children } of books.families) {
    const gate = books.gates.peek(scope);
    const broken = capPassed(gate, books) ?? (books.leaves.includes(scope) ? leafBroken(gate, books) : parentBroken(gate, children, books));
    if (broken !== undefined) return broken;
  }
  for (const day of DAYS) {
    const total = sumPico(books.leaves.map((leaf) => books.gates.peek(leaf).committedByDay[day] ?? 0n));
    if (total > (books.settings.caps.dailyPico ?? 0n)) return `the leaves pass the organization's cap of ${day}`;
  }
  return undefined;
}

function capPassed(gate: Gate, books: Books): string | undefined {
  const caps = capsOf(gate.scope, books.settings);
  const days = DAYS.map((day) => gate.committedByDay[day] ?? 0n);
  if (caps.dailyPico !== undefined && days.some((amount) => amount > (caps.dailyPico ?? 0n))) return `${gate.scope} passes its day's cap`;
  const month = gate.committedByMonth[MONTH] ?? 0n;
  if (caps.monthlyPico !== undefined && month > caps.monthlyPico) return `${gate.scope} passes its month's cap`;
  return month === sumPico(days) ? undefined : `${gate.scope}: the month is not the sum of its days`;
}

/** What a parent has committed is what its children have committed, have unspent, or what is on its way. */
function parentBroken(parent: Gate, children: readonly Scope[], books: Books): string | undefined {
  for (const day of DAYS) {
    const below = children.map((scope) => {
      const child = books.gates.peek(scope);
      const key = transferKey(child.scope, day);
      const down = (parent.granted[key] ?? 0n) - (child.received[day] ?? 0n);
      const up = (child.returned[day] ?? 0n) - (parent.acceptedBack[key] ?? 0n);
      return (child.committedByDay[day] ?? 0n) + (child.allowance[day] ?? 0n) + down + up;
    });
    if (sumPico(below) !== (parent.committedByDay[day] ?? 0n)) return `${parent.scope} and its children differ on ${day}`;
  }
  return undefined;
}

/** What a leaf has committed is its holds, and the entries whose hold is gone. */
function leafBroken(leaf: Gate, books: Books): string | undefined {
  const feature = featureOf(leaf.scope);
  for (const day of DAYS) {
    if ((leaf.allowance[day] ?? 0n) < 0n) return `${leaf.scope} has spent more than its allowance`;
    const holds = leaf.holds.filter((hold) => hold.day === day);
    const chunks = leaf.chunks.filter((chunk) => chunk.day === day);
    const entries = [...books.ledger.entries.values()].filter(
      (entry) => entry.feature === feature && entry.day === day && entry.kind !== 'correction',
    );
    const gone = entries.filter((entry) => {
      const id = `${entry.requestId.split('.')[2]}#${entry.attempt}`;
      return books.leafOfHold.get(id) === leaf.scope && !holds.some((hold) => hold.id === id);
    });
    const batch = [...books.chunkCost].filter(
      ([id]) => books.leafOfChunk.get(id) === leaf.scope && !leaf.chunks.some(({ chunkId }) => chunkId === id),
    );
    const batchOfDay = batch.filter(([id]) => dayOfUlid(id) === day).map(([, cost]) => cost);
    const booked = sumPico([...holds, ...chunks].map(({ amountPico }) => amountPico)) + sumPico(gone.map(({ costPico }) => costPico));
    if (booked + sumPico(batchOfDay) !== (leaf.committedByDay[day] ?? 0n)) return `${leaf.scope} and its entries differ on ${day}`;
  }
  return undefined;
}

/** And when everything is resolved and given back: the organization's books are the ledger, and nothing was spent without an entry. */
export function brokenWhenQuiet(books: Books): string | undefined {
  const entries = [...books.ledger.entries.values()];
  const totalOf = (booked: typeof entries) => sumPico(booked.map(({ costPico }) => costPico)) + sumPico(books.chunkCost.values());
  // A correction changes the ledger, and no gate.
  const settled = totalOf(entries.filter(({ kind }) => kind !== 'correction'));
  const committed = books.gates.peek(ORG).committedByMonth[MONTH] ?? 0n;
  if (committed !== settled) return `the organization has committed ${committed}, the ledger says ${settled}`;
  const unbooked = [...books.spent.keys()].find((key) => !books.ledger.entries.has(key));
  if (unbooked !== undefined) return `${unbooked} was spent and has no entry`;
  return sumPico(books.spent.values()) + sumPico(books.chunkCost.values()) > totalOf(entries) ? 'more was spent than booked' : undefined;
}

const dayOfUlid = (id: string) => new Date(ulidTimeMs(id)).toISOString().slice(0, 10);
