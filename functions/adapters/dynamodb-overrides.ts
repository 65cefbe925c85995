import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DAY_MS } from '../core/calendar.ts';
import type { Override } from '../core/override/override.ts';
import type { OverrideStore } from '../ports/override-store.ts';
import { overrideToJson, parseAct, parseOverride } from '../schemas/override.ts';
import { dynamodb, type Item, itemKey, number, queryItems, stored, text } from './dynamodb-client.ts';
import { controlKeys, EXPIRES_AT } from './tables.ts';

/**
 * Overrides: one partition that every environment reads whole, a query of one page, and one with the audit trail. NOT guaranteed: that what has
 * ended is gone (its time is compared by who reads), nor that an act in the trail had its effect: it is written first.
 */
export function dynamodbOverrides({ CONTROL_TABLE: TableName }: { readonly CONTROL_TABLE: string }): OverrideStore {
  const put = (Item: Item) => stored(() => dynamodb.send(new PutItemCommand({ TableName, Item })));
  const bodies = async (pk: string) => (await Array.fromAsync(queryItems(TableName, pk))).map(({ body }) => body?.S ?? '');
  return {
    all: () => stored(async () => (await bodies(controlKeys.override('', '', '').pk)).map(parseOverride)),
    async put(override) {
      await put({ ...keyOf(override), body: text(overrideToJson(override)), ...expiry(override) });
    },
    async remove(override) {
      await stored(() => dynamodb.send(new DeleteItemCommand({ TableName, Key: keyOf(override) })));
    },
    async record(act) {
      await put({ ...itemKey(controlKeys.act(act.id)), body: text(overrideToJson(act)) });
    },
    acts: async () => (await bodies(controlKeys.act('').pk)).map(parseAct),
  };
}

const keyOf = ({ kind, scope, id }: Override): Item => itemKey(controlKeys.override(kind, scope, id));

/** A day late: the clock that deletes is not the one that decides. */
const expiry = ({ untilMs }: Override): Item =>
  untilMs === undefined ? {} : { [EXPIRES_AT]: number(Math.ceil((untilMs + DAY_MS) / 1000)) };
