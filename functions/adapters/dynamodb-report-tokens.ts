import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { ReportTokens } from '../ports/report-tokens.ts';
import { dynamodb, stored, text } from './dynamodb-client.ts';
import { controlKeys } from './tables.ts';

/** Tokens of report pages, from the report's own state item. */
export function dynamodbReportTokens(env: { CONTROL_TABLE: string }): ReportTokens {
  return {
    async hashOf(week) {
      const { pk, sk } = controlKeys.report(week);
      const command = new GetItemCommand({ TableName: env.CONTROL_TABLE, Key: { pk: text(pk), sk: text(sk) } });
      return (await stored(() => dynamodb.send(command))).Item?.['tokenHash']?.S;
    },
  };
}
