import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { addDays, DAY_MS } from '../core/calendar.ts';
import { checksum } from '../core/checksum.ts';
import { type LedgerEntry, parseRequestId } from '../core/ledger.ts';
import type { Rollup } from '../core/rollup.ts';
import { admissionOf, hourOfRequest } from '../core/ulid-time.ts';
import type { UsageLedger } from '../ports/usage-ledger.ts';
import { conditional, dynamodb, type Item, itemKey, number, queryItems, readItem, stored, text } from './dynamodb-client.ts';
import { entryItem, parseEntry } from './ledger-item.ts';
import { merged } from './merged.ts';
import { parseHourCost, parseRollup, rollupItem } from './rollup-item.ts';
import { EXPIRES_AT, LEDGER_SHARDS, ledgerKeys } from './tables.ts';

/** The few plain operations that everything here is made of. */
type Table = ReturnType<typeof openTable>;

function openTable(TableName: string) {
  return {
    TableName,
    get: (key: Key) => readItem(TableName, itemKey(key)),
    put: (item: Item) => stored(() => dynamodb.send(new PutItemCommand({ TableName, Item: item }))),
    query: (pk: string, prefix?: string, attributes?: readonly string[]) => queryItems(TableName, pk, prefix, attributes),
  };
}

type Key = { readonly pk: string; readonly sk: string };
const PUTS_AT_ONCE = 16;

/**
 * The usage ledger in DynamoDB. Entries are put once and never changed; reads are strongly consistent.
 *
 * What it does NOT guarantee: an hour read while calls are still being settled is not whole (wait until it is closed, or take its dirty mark);
 * entries older than the retention may be gone, singly and in any order.
 */
export function dynamodbLedger({ LEDGER_TABLE }: { readonly LEDGER_TABLE: string }, retentionDays: number): UsageLedger {
  const table = openTable(LEDGER_TABLE);
  const { TableName, query } = table;
  const find = async (key: Key) => {
    const item = await table.get(key);
    return item === undefined ? undefined : parseEntry(item);
  };
  return {
    async record(given) {
      const entry: LedgerEntry = { ...given, admittedAtMs: admissionOf(given.requestId), hour: hourOfRequest(given.requestId) };
      const key = keyOf(entry.requestId, entry.attempt, entry.kind === 'correction');
      const expiry = number(Math.ceil((entry.admittedAtMs + retentionDays * DAY_MS) / 1000));
      const Item = { ...itemKey(key), ...entryItem(entry), [EXPIRES_AT]: expiry };
      const command = new PutItemCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' });
      if ((await conditional(() => dynamodb.send(command))) === 'changed') return entry;
      const winner = await find(key);
      if (winner === undefined) throw new RangeError(`a ledger entry was removed: ${key.pk} ${key.sk}`);
      return winner;
    },
    find: (requestId, attempt) => find(keyOf(requestId, attempt, false)),
    async ofRequest(requestId) {
      const { pk, sk } = keyOf(requestId, 0, false);
      const items = await Array.fromAsync(query(pk, sk.slice(0, sk.lastIndexOf('#') + 1)));
      return items.map(parseEntry).toSorted((a, b) => a.attempt - b.attempt);
    },
    async *ofHour(hour, of) {
      const prefix = of === undefined ? undefined : ledgerKeys.entriesOf(of.feature, of.template);
      const shards = Array.from({ length: LEDGER_SHARDS }, (_, shard) => query(ledgerKeys.entries(hour, shard), prefix));
      for await (const item of merged(shards, ({ sk }) => sk?.S ?? '')) yield parseEntry(item);
    },
    ...derived(table),
  };
}

/** What is made from entries, or says how far that has come. */
function derived({ TableName, get, put, query }: Table): Omit<UsageLedger, 'record' | 'find' | 'ofRequest' | 'ofHour'> {
  return {
    async markDirty(hour, markId) {
      await put(itemKey({ pk: ledgerKeys.dirty, sk: `${hour}#${markId}` }));
    },
    async dirtyHours() {
      const marks = await Array.fromAsync(query(ledgerKeys.dirty));
      return marks.map(({ sk }) => {
        const [hour = '', ...rest] = (sk?.S ?? '').split('#');
        return { hour, markId: rest.join('#') };
      });
    },
    async clearDirty(marks) {
      for (const { hour, markId } of marks) {
        const Key = itemKey({ pk: ledgerKeys.dirty, sk: `${hour}#${markId}` });
        await stored(() => dynamodb.send(new DeleteItemCommand({ TableName, Key })));
      }
    },
    async putRollups(_hour, rollups) {
      // Entries are never removed, so an hour's rollups never become fewer: putting all of them replaces all of them.
      for (let at = 0; at < rollups.length; at += PUTS_AT_ONCE)
        await Promise.all(
          rollups.slice(at, at + PUTS_AT_ONCE).map((rollup) => put({ ...itemKey(rollupKey(rollup)), ...rollupItem(rollup) })),
        );
    },
    async *rollups(fromDay, toDay) {
      for (let day = fromDay; day <= toDay; day = addDays(day, 1))
        for await (const item of query(ledgerKeys.rollups(day))) yield parseRollup(item);
    },
    async rollupsOf(day, hour, feature) {
      return (await Array.fromAsync(query(ledgerKeys.rollups(day), `${hour}#${feature}#`))).map(parseRollup);
    },
    async *hourCosts(day) {
      for await (const item of query(ledgerKeys.rollups(day), undefined, ['sk', 'cost'])) yield parseHourCost(item, day);
    },
    async progress() {
      const item = await get(ledgerKeys.progress);
      const [closedHour, auditedDay] = [item?.['closedHour']?.S, item?.['auditedDay']?.S];
      return { ...(closedHour === undefined ? {} : { closedHour }), ...(auditedDay === undefined ? {} : { auditedDay }) };
    },
    async setProgress({ closedHour, auditedDay }) {
      const hour = closedHour === undefined ? {} : { closedHour: text(closedHour) };
      await put({ ...itemKey(ledgerKeys.progress), ...hour, ...(auditedDay === undefined ? {} : { auditedDay: text(auditedDay) }) });
    },
  };
}

/** Where an entry lives: the shard spreads a busy hour over partitions. */
function keyOf(requestId: string, attempt: number, correction: boolean): Key {
  const names = parseRequestId(requestId);
  if (names === undefined) throw new RangeError(`not a request id: ${requestId}`);
  const { feature, template, ulid } = names;
  const shard = Number.parseInt(checksum(ulid), 16) % LEDGER_SHARDS;
  const sk = correction ? ledgerKeys.correction(feature, template, ulid, attempt) : ledgerKeys.entry(feature, template, ulid, attempt);
  return { pk: ledgerKeys.entries(hourOfRequest(requestId), shard), sk };
}

const rollupKey = ({ day, hour, feature, template, model, mode, team, owner, provider, modelId }: Rollup): Key => ({
  pk: ledgerKeys.rollups(day),
  sk: [hour, feature, template, model, mode, team, owner, provider, modelId].join('#'),
});
