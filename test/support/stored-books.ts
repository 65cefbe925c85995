import { type AttributeValue, DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { parseGate } from '../../functions/adapters/gate-item.ts';
import { pendingDown, pendingUp } from '../../functions/core/budget.ts';
import { monthOf } from '../../functions/core/calendar.ts';
import { emptyGate, type Gate, type Scope } from '../../functions/core/gate.ts';
import { allGates, childrenOf, featureOf, leavesOf, ORG } from '../../functions/core/gate-tree.ts';
import type { LedgerEntry } from '../../functions/core/ledger.ts';
import { picoToUsd, sumPico } from '../../functions/core/money.ts';
import type { Settings } from '../../functions/core/settings.ts';
import type { StackProcess } from './stack-process.ts';
import { entriesAmong } from './stored-entries.ts';

/** Everything about money that a stack has stored, read past all of its functions. */
export type StoredBooks = {
  readonly gates: ReadonlyMap<Scope, Gate>;
  readonly entries: readonly LedgerEntry[];
  /** The recorded answer of each job, by `<feature>.<jobId>`; absent while there is none. */
  readonly jobs: ReadonlyMap<string, string | undefined>;
};

type Readable = {
  readonly sdk: StackProcess['sdk'];
  readonly local: { readonly tables: { readonly ledger: string; readonly control: string } };
};

export async function readBooks({ sdk, local }: Readable): Promise<StoredBooks> {
  const client = new DynamoDBClient(sdk);
  const gates = new Map<Scope, Gate>();
  const jobs = new Map<string, string | undefined>();
  for await (const item of scan(client, local.tables.control)) {
    const pk = item['pk']?.S ?? '';
    if (pk.startsWith('gate#')) gates.set(pk.slice('gate#'.length), parseGate(pk.slice('gate#'.length), item));
    if (pk.startsWith('job#')) jobs.set(`${item['feature']?.S}.${item['jobId']?.S}`, item['answerText']?.S);
  }
  const entries: LedgerEntry[] = [];
  for await (const item of scan(client, local.tables.ledger)) entries.push(...entriesAmong([item]));
  client.destroy();
  return { gates, entries, jobs };
}

async function* scan(client: DynamoDBClient, TableName: string): AsyncGenerator<Record<string, AttributeValue>> {
  for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true })) yield* Items;
}

/** Every rule of the escrow tree that does not hold once no call is under way and every day is closed. In words; empty is right. */
export function brokenBooks({ gates, entries }: StoredBooks, settings: Settings): string[] {
  const gateOf = (scope: Scope) => gates.get(scope) ?? emptyGate(scope);
  const days = [...new Set([...entries.map(({ day }) => day), ...gates.values().flatMap((gate) => Object.keys(gate.committedByDay))])];
  const left = [...gates.values()].flatMap(({ scope, holds, chunks }) => [
    ...holds.map(({ id }) => `${scope} still holds ${id}`),
    ...chunks.map(({ chunkId }) => `${scope} still holds chunk ${chunkId}`),
  ]);
  const byDay = days.flatMap((day) => [
    ...Object.values(settings.features).flatMap((feature) => {
      const committed = sumPico(leavesOf(feature).map((leaf) => gateOf(leaf).committedByDay[day] ?? 0n));
      const calls = entries.filter((entry) => entry.feature === feature.name && entry.day === day && entry.kind !== 'correction');
      const booked = sumPico(calls.map(({ costPico }) => costPico));
      return differ(`feature:${feature.name} and its entries of ${day}`, committed, booked);
    }),
    ...allGates(settings).flatMap((scope) => {
      const children = childrenOf(scope, settings).map(gateOf);
      if (children.length === 0) return [];
      const below = children.map(
        (child) =>
          (child.committedByDay[day] ?? 0n) +
          (child.allowance[day] ?? 0n) +
          pendingDown(gateOf(scope), child, day) +
          pendingUp(gateOf(scope), child, day),
      );
      return differ(`${scope} and its children on ${day}`, gateOf(scope).committedByDay[day] ?? 0n, sumPico(below));
    }),
    ...[...gates.values()]
      .filter((gate) => featureOf(gate.scope) !== undefined && (gate.allowance[day] ?? 0n) !== 0n)
      .map(({ scope }) => `${scope} has unspent allowance of the closed day ${day}`),
  ]);
  const months = [...gates.values()].flatMap((gate) =>
    Object.entries(gate.committedByMonth).flatMap(([month, committed]) => {
      const ofDays = Object.entries(gate.committedByDay).filter(([day]) => monthOf(day) === month);
      return differ(`${gate.scope}: ${month} and its days`, committed, sumPico(ofDays.map(([, amount]) => amount)));
    }),
  );
  const all = differ('the organization and the ledger', sumPico(Object.values(gateOf(ORG).committedByMonth)), totalOf(entries));
  return [...left, ...byDay, ...months, ...all];
}

export const totalOf = (entries: Iterable<LedgerEntry>): bigint => sumPico(Iterator.from(entries).map(({ costPico }) => costPico));

const differ = (what: string, one: bigint, other: bigint): string[] =>
  one === other ? [] : [`${what} differ: ${picoToUsd(one)} and ${picoToUsd(other)}`];
