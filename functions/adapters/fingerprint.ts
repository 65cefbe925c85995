import { createHmac, randomBytes } from 'node:crypto';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Fingerprints } from '../ports/fingerprints.ts';
import { conditional, dynamodb, itemKey, readItem } from './dynamodb-client.ts';
import { controlKeys } from './tables.ts';

const KEY_BYTES = 32;
/** 96 bits in 16 characters: enough to tell the requests of one deployment apart, and short in every item that carries them. */
const FINGERPRINT_BYTES = 12;

/**
 * HMAC-SHA-256 under the deployment's own key, which is made at first use by a conditional put (the first writer's key is everybody's) and
 * kept by the environment. NOT guaranteed: secrecy from who may read the control table.
 */
export function fingerprints(env: { CONTROL_TABLE: string }): Fingerprints {
  let key: Promise<Uint8Array> | undefined;
  return {
    async of(text) {
      key ??= readKey(env.CONTROL_TABLE).catch((error: unknown) => {
        key = undefined;
        throw error;
      });
      const digest = createHmac('sha256', await key)
        .update(text)
        .digest();
      return digest.subarray(0, FINGERPRINT_BYTES).toString('base64url');
    },
  };
}

async function readKey(table: string): Promise<Uint8Array> {
  const Key = itemKey(controlKeys.fingerprintKey);
  const known = (await readItem(table, Key))?.['key']?.B;
  if (known !== undefined) return known;
  const made = randomBytes(KEY_BYTES);
  const put = new PutItemCommand({ TableName: table, Item: { ...Key, key: { B: made } }, ConditionExpression: 'attribute_not_exists(pk)' });
  if ((await conditional(() => dynamodb.send(put))) === 'changed') return made;
  const theirs = (await readItem(table, Key))?.['key']?.B;
  if (theirs === undefined) throw new RangeError('the deployment has no fingerprint key, and none can be put');
  return theirs;
}
