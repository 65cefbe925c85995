import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { addDays } from '../core/calendar.ts';
import type { RefusalCount, RefusalCounter } from '../ports/refusal-counter.ts';
import { dynamodb, type Item, itemKey, queryItems, stored } from './dynamodb-client.ts';
import { controlKeys } from './tables.ts';
import { UpdateExpression } from './update-expression.ts';

/** Refusals counted per day. What it does NOT guarantee: a count whose answer was lost may be counted twice, one that a crash lost not at all. */
export function dynamodbRefusals({ CONTROL_TABLE }: { readonly CONTROL_TABLE: string }): RefusalCounter {
  const TableName = CONTROL_TABLE;
  return {
    async count(day, { feature, template, reason, notSpentPico }) {
      const Key = itemKey(controlKeys.refusal(day, feature, template, reason));
      const update = new UpdateExpression().add('count', 1n).add('notSpent', notSpentPico);
      await stored(() => dynamodb.send(new UpdateItemCommand({ TableName, Key, ...update.parts() })));
    },
    async ofDays(fromDay, toDay) {
      const counts: RefusalCount[] = [];
      for (let day = fromDay; day <= toDay; day = addDays(day, 1))
        for await (const item of queryItems(TableName, controlKeys.refusal(day, '', '', '').pk)) counts.push(parseCount(item));
      return counts;
    },
  };
}

function parseCount(item: Item): RefusalCount {
  const [feature, template, reason] = (item['sk']?.S ?? '').split('#');
  if (feature === undefined || template === undefined || reason === undefined) throw new RangeError('unreadable refusal count');
  return { feature, template, reason, count: Number(item['count']?.N ?? 0), notSpentPico: BigInt(item['notSpent']?.N ?? 0) };
}
