import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { GatewayKey, KeyStore } from '../ports/key-store.ts';
import { conditional, dynamodb, type Item, itemKey, number, queryItems, readItem, stored, text } from './dynamodb-client.ts';
import { controlKeys } from './tables.ts';

/**
 * Gateway keys: one item under the hash, which decides, and one in the list, which people read. NOT guaranteed: that the two agree after a
 * crash between them; the list comes first, so that a key that works is always listed.
 */
export function dynamodbKeys(env: { CONTROL_TABLE: string }): KeyStore {
  const TableName = env.CONTROL_TABLE;
  const revokeItem = (Key: Item, atMs: number) =>
    conditional(() =>
      dynamodb.send(
        new UpdateItemCommand({
          TableName,
          Key,
          UpdateExpression: 'SET revokedAtMs = :at',
          ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(revokedAtMs)',
          ExpressionAttributeValues: { ':at': number(atMs) },
        }),
      ),
    );
  return {
    async findByHash(hash) {
      const item = await readItem(TableName, hashKey(hash));
      return item === undefined ? undefined : keyOf(item);
    },

    async create(key) {
      for (const Key of [listKey(key.id), hashKey(key.hash)]) {
        await stored(() => dynamodb.send(new PutItemCommand({ TableName, Item: { ...Key, ...fieldsOf(key) } })));
      }
    },

    list: async () => (await Array.fromAsync(queryItems(TableName, controlKeys.gatewayKeyList('').pk))).map(keyOf),

    async revoke(id, atMs) {
      const listed = await readItem(TableName, listKey(id));
      if (listed === undefined) return 'refused';
      const revoked = await revokeItem(hashKey(keyOf(listed).hash), atMs);
      await revokeItem(listKey(id), atMs);
      return revoked;
    },
  };
}

const hashKey = (hash: string): Item => itemKey(controlKeys.gatewayKey(hash));
const listKey = (id: string): Item => itemKey(controlKeys.gatewayKeyList(id));

const fieldsOf = ({ id, hash, features, createdAtMs, revokedAtMs }: GatewayKey): Item => ({
  id: text(id),
  hash: text(hash),
  features: features === 'all' ? text('all') : { L: features.map(text) },
  createdAtMs: number(createdAtMs),
  ...(revokedAtMs === undefined ? {} : { revokedAtMs: number(revokedAtMs) }),
});

function keyOf(item: Item): GatewayKey {
  const features = item['features'];
  return {
    id: item['id']?.S ?? '',
    hash: item['hash']?.S ?? '',
    features: features?.S === 'all' ? 'all' : (features?.L ?? []).flatMap(({ S }) => (S === undefined ? [] : [S])),
    createdAtMs: Number(item['createdAtMs']?.N ?? 0),
    ...(item['revokedAtMs']?.N === undefined ? {} : { revokedAtMs: Number(item['revokedAtMs'].N) }),
  };
}
