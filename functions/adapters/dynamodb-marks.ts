import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { OnceMarks } from '../ports/once-marks.ts';
import { conditional, dynamodb, itemKey, number } from './dynamodb-client.ts';
import { controlKeys, EXPIRES_AT } from './tables.ts';

/**
 * One item a mark, put once. NOT guaranteed: that whoever set a mark did what it was for; and a put whose answer was lost is repeated by the SDK and
 * then finds itself: nobody is first.
 */
export function dynamodbMarks({ CONTROL_TABLE: TableName }: { readonly CONTROL_TABLE: string }): OnceMarks {
  return {
    async first(name, untilMs) {
      const Item = { ...itemKey(controlKeys.mark(name)), [EXPIRES_AT]: number(Math.ceil(untilMs / 1000)) };
      const put = new PutItemCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' });
      return (await conditional(() => dynamodb.send(put))) === 'changed';
    },
  };
}
