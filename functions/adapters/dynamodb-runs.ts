import { PutItemCommand, UpdateItemCommand, type UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { Evidence } from '../core/errors.ts';
import type { RunPlace, RunState, RunStore } from '../ports/run-store.ts';
import { conditional, dynamodb, type Item, itemKey, number, readItem, stored, text } from './dynamodb-client.ts';
import { controlKeys, EXPIRES_AT } from './tables.ts';

/** A run that nobody has called for a week is over. */
const RUN_LIFE_SECONDS = 7 * 24 * 3600;
/** Entries of the list that are kept; when there are more, the older half goes, in a write of its own. */
const MOST_SEEN = 64;

/**
 * Runs: one item each, one write a call. An entry of the list is `<fingerprint>.<tail of the call id>`, so that a write whose answer was
 * lost counts once. NOT guaranteed: that a repeat is seen which lies more than 32 calls back.
 */
export function dynamodbRuns(env: { CONTROL_TABLE: string }): RunStore {
  const TableName = env.CONTROL_TABLE;
  return {
    async enter(feature, run, call) {
      const Key = keyOf(feature, run);
      const entry = `${call.fingerprint}.${call.callId.slice(-16)}`;
      let after: Item | undefined;
      const entered = await conditional(async () => {
        after = (await dynamodb.send(enterCommand(TableName, Key, entry, call))).Attributes;
      });
      if (entered === 'changed' && after !== undefined) {
        await forgetOldest(TableName, Key, after);
        return { kind: 'entered', run: runOf(after) };
      }
      const item = await readItem(TableName, Key);
      const state = runOf(item ?? {});
      // Refused by its own earlier copy, or by the breaker; a breaker that closed since then lets the next call in.
      const own = item?.['seen']?.L?.some((seen) => seen.S === entry) ?? false;
      return { kind: own ? 'entered' : 'open', run: state };
    },

    join: (feature, run, under) => join(TableName, { feature, run, ...under }),

    async read(feature, run) {
      const item = await readItem(TableName, keyOf(feature, run));
      return item === undefined ? undefined : runOf(item);
    },

    async trip(feature, run, { untilMs, reason, atMs, evidence }) {
      const command = new UpdateItemCommand({
        TableName,
        Key: keyOf(feature, run),
        UpdateExpression: `SET openUntilMs = :until, #reason = :reason, ${EXPIRES_AT} = :expires ADD trips :one`,
        ConditionExpression: 'attribute_not_exists(openUntilMs) OR openUntilMs <= :at',
        ExpressionAttributeNames: { '#reason': 'reason' },
        ExpressionAttributeValues: {
          ':until': number(untilMs),
          ':reason': text(reason),
          ':at': number(atMs),
          ':expires': expiry(atMs),
          ':one': number(1),
        },
      });
      const [tripped] = await Promise.all([conditional(() => dynamodb.send(command)), list(TableName, feature, run, { atMs, evidence })]);
      return tripped;
    },

    async reset(feature, run) {
      const UpdateExpression = 'REMOVE openUntilMs, #reason, seen, trips';
      const ExpressionAttributeNames = { '#reason': 'reason' };
      const command = new UpdateItemCommand({ TableName, Key: keyOf(feature, run), UpdateExpression, ExpressionAttributeNames });
      await stored(() => dynamodb.send(command));
    },
  };
}

const enterCommand = (
  TableName: string,
  Key: Item,
  entry: string,
  { atMs, addPico }: { atMs: number; addPico: bigint },
): UpdateItemCommand =>
  new UpdateItemCommand({
    TableName,
    Key,
    UpdateExpression: `SET seen = list_append(if_not_exists(seen, :none), :entries), ${EXPIRES_AT} = :expires ADD calls :one, spent :add`,
    ConditionExpression: '(attribute_not_exists(openUntilMs) OR openUntilMs <= :at) AND NOT contains(seen, :entry)',
    ExpressionAttributeValues: {
      ':none': { L: [] },
      ':entries': { L: [text(entry)] },
      ':entry': text(entry),
      ':expires': expiry(atMs),
      ':one': number(1),
      ':add': number(addPico),
      ':at': number(atMs),
    },
    ReturnValues: 'ALL_NEW',
  });

/** The first of the tree counts all that are below it, under whomever; a run without a parent is the first of its tree. */
async function join(TableName: string, at: { feature: string; run: string; parent: string; atMs: number }): Promise<RunPlace> {
  const parent = await readItem(TableName, keyOf(at.feature, at.parent));
  const depth = Number(parent?.['depth']?.N ?? 0) + 1;
  const root = parent?.['root']?.S ?? at.parent;
  const counted = await update(TableName, keyOf(at.feature, root), {
    UpdateExpression: `SET ${EXPIRES_AT} = :expires ADD below :one`,
    ExpressionAttributeValues: { ':expires': expiry(at.atMs), ':one': number(1) },
  });
  const order = Number(counted['below']?.N ?? 0);
  await update(TableName, keyOf(at.feature, at.run), {
    UpdateExpression: 'SET #depth = :depth, #root = :root, #order = :order',
    ExpressionAttributeNames: { '#depth': 'depth', '#root': 'root', '#order': 'order' },
    ExpressionAttributeValues: { ':depth': number(depth), ':root': text(root), ':order': number(order) },
  });
  return { root, depth, order };
}

type Update = Pick<UpdateItemCommandInput, 'UpdateExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'>;
const update = async (TableName: string, Key: Item, parts: Update): Promise<Item> =>
  (await stored(() => dynamodb.send(new UpdateItemCommand({ TableName, Key, ...parts, ReturnValues: 'ALL_NEW' })))).Attributes ?? {};

/** Best effort: of several callers only the first removes anything, since the list is short again after it. */
async function forgetOldest(TableName: string, Key: Item, after: Item): Promise<void> {
  if ((after['seen']?.L?.length ?? 0) <= MOST_SEEN) return;
  const oldest = Array.from({ length: MOST_SEEN / 2 }, (_, index) => `seen[${index}]`);
  const command = new UpdateItemCommand({
    TableName,
    Key,
    UpdateExpression: `REMOVE ${oldest.join(', ')}`,
    ConditionExpression: 'size(seen) > :most',
    ExpressionAttributeValues: { ':most': number(MOST_SEEN) },
  });
  await conditional(() => dynamodb.send(command));
}

type Listed = { readonly atMs: number; readonly evidence: Evidence | undefined };

/** Into what operators look through, with the evidence of the last trip. Best effort: a run that is not listed is stopped all the same. A mark that is no run is not listed. */
async function list(TableName: string, feature: string, run: string, { atMs, evidence }: Listed): Promise<void> {
  if (run.includes('#')) return;
  const why = evidence === undefined ? {} : { evidence: text(JSON.stringify(evidence)) };
  const Item = { ...itemKey(controlKeys.openRun(feature, run)), atMs: number(atMs), ...why, [EXPIRES_AT]: expiry(atMs) };
  await dynamodb.send(new PutItemCommand({ TableName, Item })).catch(() => undefined);
}

export const keyOf = (feature: string, run: string): Item => itemKey(controlKeys.run(feature, run));
const expiry = (atMs: number) => number(Math.floor(atMs / 1000) + RUN_LIFE_SECONDS);

export function runOf(item: Item): RunState {
  const seen = (item['seen']?.L ?? []).flatMap(({ S }) => (S === undefined ? [] : [S.slice(0, S.lastIndexOf('.'))]));
  const until = item['openUntilMs']?.N;
  const [reason, root] = [item['reason']?.S, item['root']?.S];
  const [trips, depth, order] = [numberOf(item['trips']), numberOf(item['depth']), numberOf(item['order'])];
  return {
    calls: Number(item['calls']?.N ?? 0),
    spentPico: BigInt(item['spent']?.N ?? '0'),
    fingerprints: seen.slice(-MOST_SEEN),
    ...(until === undefined ? {} : { openUntilMs: Number(until) }),
    ...(reason === undefined ? {} : { reason }),
    ...(trips === undefined ? {} : { trips }),
    ...(root === undefined || depth === undefined || order === undefined ? {} : { root, depth, order }),
  };
}

const numberOf = (value: Item[string] | undefined): number | undefined => (value?.N === undefined ? undefined : Number(value.N));
