import type { ReportTokens } from '../ports/report-tokens.ts';
import { itemKey, readItem } from './dynamodb-client.ts';
import { controlKeys } from './tables.ts';

/** Tokens of report pages, from the report's own state item. */
export function dynamodbReportTokens(env: { CONTROL_TABLE: string }): ReportTokens {
  return {
    hashOf: async (week) => (await readItem(env.CONTROL_TABLE, itemKey(controlKeys.report(week))))?.['tokenHash']?.S,
  };
}
