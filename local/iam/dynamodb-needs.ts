import { PARTITION_KEY } from '../../functions/adapters/tables.ts';
import { isObject, type Json, type JsonObject, list, object } from '../json.ts';
import { tableArn } from '../physical.ts';
import type { Need } from './need.ts';

const SINGLE = new Set(['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan', 'DescribeTable']);
/** A transaction needs the rights of its parts. */
const PARTS: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
  Get: 'GetItem',
};

/** What IAM asks for a DynamoDB operation; undefined when it is not known here. */
export function dynamodbNeeds(operation: string, body: JsonObject): readonly Need[] | undefined {
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') return batchNeeds(operation, body);
  if (operation === 'TransactWriteItems' || operation === 'TransactGetItems') {
    return list(body['TransactItems'], operation).flatMap((item) =>
      Object.entries(object(item, operation)).map(([part, request]) => itemNeed(PARTS[part] ?? part, object(request, operation))),
    );
  }
  return SINGLE.has(operation) ? [itemNeed(operation, body)] : undefined;
}

function itemNeed(action: string, request: JsonObject): Need {
  const table = String(request['TableName']);
  const named = table.startsWith('arn:') ? table : tableArn(table);
  const index = request['IndexName'];
  const keys = [keyOf(request['Key']), keyOf(request['Item']), queriedKey(request)].filter((key) => key !== undefined);
  return {
    action: `dynamodb:${action}`,
    resource: typeof index === 'string' ? `${named}/index/${index}` : named,
    ...(keys.length > 0 ? { context: { 'dynamodb:LeadingKeys': keys } } : {}),
  };
}

function batchNeeds(operation: string, body: JsonObject): readonly Need[] {
  return Object.entries(object(body['RequestItems'] ?? {}, operation)).map(([table, requests]): Need => {
    const keys = isObject(requests) ? list(requests['Keys'], operation).map(keyOf) : list(requests, operation).map(writtenKey);
    const known = keys.filter((key) => key !== undefined);
    return { action: `dynamodb:${operation}`, resource: tableArn(table), context: { 'dynamodb:LeadingKeys': known } };
  });
}

function writtenKey(request: Json): string | undefined {
  const { PutRequest, DeleteRequest } = object(request, 'BatchWriteItem');
  return isObject(PutRequest) ? keyOf(PutRequest['Item']) : isObject(DeleteRequest) ? keyOf(DeleteRequest['Key']) : undefined;
}

function keyOf(item: Json | undefined): string | undefined {
  const key = isObject(item) ? item[PARTITION_KEY] : undefined;
  return isObject(key) ? String(Object.values(key)[0]) : undefined;
}

/** The partition key that a Query names: `pk = :pk`, or through a `#name`. */
function queriedKey(request: JsonObject): string | undefined {
  const names = isObject(request['ExpressionAttributeNames']) ? request['ExpressionAttributeNames'] : {};
  const values = isObject(request['ExpressionAttributeValues']) ? request['ExpressionAttributeValues'] : {};
  for (const [, name = '', placeholder = ''] of String(request['KeyConditionExpression'] ?? '').matchAll(/([#\w]+)\s*=\s*(:\w+)/g)) {
    const value = values[placeholder];
    if ((names[name] ?? name) === PARTITION_KEY && isObject(value)) return String(Object.values(value)[0]);
  }
  return undefined;
}
