import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { OutcomeStore } from '../ports/outcome-store.ts';
import { dynamodb, itemKey, number, stored } from './dynamodb-client.ts';
import { controlKeys, EXPIRES_AT } from './tables.ts';

const OUTCOME_LIFE_SECONDS = 90 * 24 * 3600;

/** What callers said of answers, per feature and template. NOT guaranteed: that the request exists; who reads outcomes joins them with the ledger. */
export function dynamodbOutcomes(env: { CONTROL_TABLE: string }): OutcomeStore {
  return {
    async record({ requestId, feature, template, ok, atMs }) {
      const expires = number(Math.floor(atMs / 1000) + OUTCOME_LIFE_SECONDS);
      const Item = {
        ...itemKey(controlKeys.outcome(feature, template, requestId)),
        ok: { BOOL: ok },
        atMs: number(atMs),
        [EXPIRES_AT]: expires,
      };
      await stored(() => dynamodb.send(new PutItemCommand({ TableName: env.CONTROL_TABLE, Item })));
    },
  };
}
