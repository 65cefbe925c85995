import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { DAY_MS } from '../core/calendar.ts';
import type { RouteAnswer } from '../core/wire/route.ts';
import type { Claim, IdempotencyStore } from '../ports/idempotency-store.ts';
import { parseStoredAnswer } from '../schemas/stored-answer.ts';
import { conditional, dynamodb, type Item, itemKey, number, readItem, text } from './dynamodb-client.ts';
import { controlKeys, EXPIRES_AT } from './tables.ts';

const KEY_LIFE_MS = DAY_MS;
/** An item holds 400 KB: a longer answer is kept as its receipt alone. */
const MOST_KEPT_BYTES = 300_000;

/**
 * One item per (feature, key). NOT guaranteed: that a call whose environment died is never made again; its claim runs out with its
 * deadline, when its hold is booked as assumed.
 */
export function dynamodbIdempotency(env: { CONTROL_TABLE: string }): IdempotencyStore {
  const TableName = env.CONTROL_TABLE;
  return {
    async claim(feature, key, { requestId, atMs, deadlineMs }) {
      const Key = keyOf(feature, key);
      const expires = number(Math.floor((atMs + KEY_LIFE_MS) / 1000));
      const put = new PutItemCommand({
        TableName,
        Item: { ...Key, requestId: text(requestId), deadlineMs: number(deadlineMs), claimedAtMs: number(atMs), [EXPIRES_AT]: expires },
        ConditionExpression:
          'attribute_not_exists(pk) OR claimedAtMs < :dayAgo OR (attribute_not_exists(answer) AND (deadlineMs < :now OR requestId = :own))',
        ExpressionAttributeValues: { ':dayAgo': number(atMs - KEY_LIFE_MS), ':now': number(atMs), ':own': text(requestId) },
      });
      if ((await conditional(() => dynamodb.send(put))) === 'changed') return { kind: 'claimed' };
      return claimOf(await readItem(TableName, Key), atMs);
    },

    async complete(feature, key, answer, { outputUntilMs }) {
      const command = new UpdateItemCommand({
        TableName,
        Key: keyOf(feature, key),
        UpdateExpression: 'SET answer = :answer, outputUntilMs = :until',
        ConditionExpression: 'requestId = :own AND attribute_not_exists(answer)',
        ExpressionAttributeValues: { ':answer': text(kept(answer)), ':until': number(outputUntilMs), ':own': text(answer.requestId) },
      });
      await conditional(() => dynamodb.send(command));
    },

    async release(feature, key, requestId) {
      const command = new UpdateItemCommand({
        TableName,
        Key: keyOf(feature, key),
        UpdateExpression: 'SET deadlineMs = :past',
        ConditionExpression: 'requestId = :own AND attribute_not_exists(answer)',
        ExpressionAttributeValues: { ':own': text(requestId), ':past': number(0) },
      });
      await conditional(() => dynamodb.send(command));
    },
  };
}

const keyOf = (feature: string, key: string): Item => itemKey(controlKeys.idempotency(feature, key));

function kept(answer: RouteAnswer): string {
  const whole = JSON.stringify(answer);
  if (Buffer.byteLength(whole) <= MOST_KEPT_BYTES) return whole;
  const { output: _, ...receipt } = answer;
  return JSON.stringify(receipt);
}

function claimOf(item: Item | undefined, atMs: number): Claim {
  const stored = item?.['answer']?.S;
  // Gone between the put and the read: its call was refused, and the caller's next try finds the key free.
  if (stored === undefined) return { kind: 'in_progress', retryAtMs: Math.min(Number(item?.['deadlineMs']?.N ?? 0), atMs + 5_000) || atMs };
  const answer = parseStoredAnswer(stored);
  if (atMs < Number(item?.['outputUntilMs']?.N ?? 0)) return { kind: 'answered', answer };
  const { output: _, ...receipt } = answer;
  return { kind: 'answered', answer: receipt };
}
