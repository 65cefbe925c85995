import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { ReportState } from '../ports/report-state.ts';
import { conditional, dynamodb, itemKey, number, readItem, stored, text } from './dynamodb-client.ts';
import { controlKeys, EXPIRES_AT } from './tables.ts';

const TOKEN_LIFE_SECONDS = 30 * 24 * 3600;

/** The state of each week's report. NOT guaranteed: exactly one mail; a sender that dies between SES and `sent` is followed by a second one. */
export function dynamodbReportState(env: { CONTROL_TABLE: string }): ReportState {
  const keyOf = (week: string) => itemKey(controlKeys.report(week));
  const update = (week: string, expression: string, values: Record<string, ReturnType<typeof text>>, condition?: string) =>
    dynamodb.send(
      new UpdateItemCommand({
        TableName: env.CONTROL_TABLE,
        Key: keyOf(week),
        UpdateExpression: expression,
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: values,
        ...(condition === undefined ? {} : { ConditionExpression: condition }),
      }),
    );
  return {
    async claim(week, { nowMs, staleMs, tokenHash }) {
      const values = {
        ':sending': text('sending'),
        ':refused': text('refused'),
        ':now': number(nowMs),
        ':stale': number(nowMs - staleMs),
        ':hash': text(tokenHash),
        ':expires': number(Math.floor(nowMs / 1000) + TOKEN_LIFE_SECONDS),
      };
      const set = `SET #state = :sending, sendingAtMs = :now, tokenHash = :hash, ${EXPIRES_AT} = :expires`;
      const free = 'attribute_not_exists(#state) OR #state = :refused OR (#state = :sending AND sendingAtMs < :stale)';
      if ((await conditional(() => update(week, set, values, free))) === 'changed') return 'claimed';
      const item = await readItem(env.CONTROL_TABLE, keyOf(week));
      return item?.['state']?.S === 'sent' ? 'sent' : 'sending';
    },
    async markSent(week, { nowMs, messageId }) {
      await stored(() =>
        update(week, 'SET #state = :sent, sentAtMs = :now, messageId = :id', {
          ':sent': text('sent'),
          ':now': number(nowMs),
          ':id': text(messageId),
        }),
      );
    },
    async markRefused(week) {
      await stored(() => update(week, 'SET #state = :refused', { ':refused': text('refused') }));
    },
  };
}
