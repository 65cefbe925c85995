import { sha256 } from '../functions/adapters/sha256.ts';
import { controlKeys } from '../functions/adapters/tables.ts';
import { operatorCall } from './operator-call.ts';

/** Makes a gateway key for every feature, as `spillway keys create` would: only its hash is stored. */
export async function createGatewayKey(endpoint: string, controlTable: string, secret: string, nowMs: number): Promise<void> {
  const hash = sha256(secret);
  const id = 'local';
  const fields = { id: { S: id }, hash: { S: hash }, features: { S: 'all' }, createdAtMs: { N: String(nowMs) } };
  for (const { pk, sk } of [controlKeys.gatewayKeyList(id), controlKeys.gatewayKey(hash)]) {
    const { error } = await operatorCall(endpoint, 'dynamodb', 'PutItem', {
      TableName: controlTable,
      Item: { pk: { S: pk }, sk: { S: sk }, ...fields },
    });
    if (error !== undefined) throw new RangeError(`the gateway key was not stored: ${error}`);
  }
}
