import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { UpkeepLease } from '../ports/upkeep-lease.ts';
import { conditional, dynamodb, itemKey, number } from './dynamodb-client.ts';
import { ledgerKeys } from './tables.ts';

/** The compactor's lease in the ledger table. NOT guaranteed: anything between clocks that differ by more than a run takes to begin. */
export function dynamodbUpkeepLease({ LEDGER_TABLE: TableName }: { readonly LEDGER_TABLE: string }): UpkeepLease {
  const put = (untilMs: number, ConditionExpression: string, seenMs: number) =>
    conditional(() =>
      dynamodb.send(
        new PutItemCommand({
          TableName,
          Item: { ...itemKey(ledgerKeys.lease), untilMs: number(untilMs) },
          ConditionExpression,
          ExpressionAttributeValues: { ':seen': number(seenMs) },
        }),
      ),
    );
  return {
    take: ({ untilMs }, nowMs) => put(untilMs, 'attribute_not_exists(pk) OR untilMs <= :seen', nowMs),
    release: async ({ untilMs }) => void (await put(0, 'untilMs = :seen', untilMs)),
  };
}
