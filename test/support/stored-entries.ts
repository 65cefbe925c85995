import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { parseEntry } from '../../functions/adapters/ledger-item.ts';
import type { LedgerEntry } from '../../functions/core/ledger.ts';

/** The ledger entries among a ledger table's items. */
export const entriesAmong = (items: readonly Record<string, AttributeValue>[]): LedgerEntry[] =>
  items.filter((item) => item['pk']?.S?.startsWith('usage#') === true).map(parseEntry);
