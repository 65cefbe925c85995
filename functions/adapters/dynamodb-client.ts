import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  paginateQuery,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import { SpillwayError } from '../core/errors.ts';
import { ANSWERS_WITHIN } from './answer-times.ts';

/** One client an environment. Retries are safe: every write of ours is idempotent or conditional. */
export const dynamodb = new DynamoDBClient({ maxAttempts: 4, requestHandler: ANSWERS_WITHIN });

// The SDK would walk through every answer to prepare it for a log that nobody keeps: a quarter of the time of reading a page.
dynamodb.middlewareStack.remove('loggerMiddleware');

export type Item = Record<string, AttributeValue>;

export const text = (value: string): AttributeValue => ({ S: value });
/** Numbers go as decimal strings: a sum of pico-dollars passes 2^53. */
export const number = (value: bigint | number): AttributeValue => ({ N: value.toString() });
/** A key of tables.ts as DynamoDB takes it. */
export const itemKey = ({ pk, sk }: { readonly pk: string; readonly sk: string }): Item => ({ pk: text(pk), sk: text(sk) });

/** One item, strongly consistent; undefined when there is none. */
export async function readItem(TableName: string, Key: Item): Promise<Item | undefined> {
  return (await stored(() => dynamodb.send(new GetItemCommand({ TableName, Key, ConsistentRead: true })))).Item;
}

/** A page of 1 MB, as DynamoDB gives it unasked, has thousands of items; an hour is read in sixteen partitions at once, two pages of each. */
const MOST_OF_PAGE = 250;

/**
 * The items of one partition in their order, page by page and one page ahead, strongly consistent; `prefix` narrows the sort key, `attributes` what is
 * sent of each item (and not what is read of it).
 */
export async function* queryItems(TableName: string, pk: string, prefix?: string, attributes?: readonly string[]): AsyncGenerator<Item> {
  const input: QueryCommandInput = {
    TableName,
    KeyConditionExpression: prefix === undefined ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': text(pk), ...(prefix === undefined ? {} : { ':prefix': text(prefix) }) },
    ConsistentRead: true,
    Limit: MOST_OF_PAGE,
    ...projection(attributes),
  };
  const pages = paginateQuery({ client: dynamodb }, input);
  const read = () => stored(() => pages.next());
  for (let next = read(); ; ) {
    const page = await next;
    if (page.done === true) return;
    next = read();
    // Awaited only after this page is consumed: a failure until then must not pass for an unhandled one.
    next.catch(() => undefined);
    yield* page.value.Items ?? [];
  }
}

/** Names behind placeholders: some are words of DynamoDB. */
function projection(attributes: readonly string[] | undefined) {
  if (attributes === undefined) return {};
  const names = attributes.map((name, at) => [`#a${at}`, name] as const);
  return { ProjectionExpression: names.map(([alias]) => alias).join(', '), ExpressionAttributeNames: Object.fromEntries(names) };
}

/** Runs a conditional write: `refused` when its condition did not hold. Anything else that fails is `store_unavailable`. */
export async function conditional(write: () => Promise<unknown>): Promise<'changed' | 'refused'> {
  try {
    await write();
    return 'changed';
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return 'refused';
    throw storeUnavailable(error);
  }
}

/** Runs a read or an unconditional write; what fails is `store_unavailable`. */
export async function stored<Result>(operation: () => Promise<Result>): Promise<Result> {
  try {
    return await operation();
  } catch (error) {
    throw storeUnavailable(error);
  }
}

function storeUnavailable(cause: unknown): SpillwayError {
  return new SpillwayError('store_unavailable', 'the store did not answer; nothing was spent, try again', { retryable: true, cause });
}
