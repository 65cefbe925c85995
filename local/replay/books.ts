import { HOUR_MS, utcHour } from '../../functions/core/calendar.ts';
import type { LedgerEntry } from '../../functions/core/ledger.ts';
import type { Settings } from '../../functions/core/settings.ts';
import { hourOfRequest } from '../../functions/core/ulid-time.ts';
import type { UsageLedger } from '../../functions/ports/usage-ledger.ts';
import { type RunningStack, useStack } from './running-stack.ts';

/** The running stack's own configuration and ledger, through the adapters that its functions use. */
export type Books = { readonly settings: Settings; readonly ledger: UsageLedger };

/** The adapters make their clients when they are imported: so that is done once the endpoints are set. */
export async function openBooks(stack: RunningStack): Promise<Books> {
  useStack(stack);
  const { storedSettings } = await import('../../cli/stored-settings.ts');
  const { dynamodbLedger } = await import('../../functions/adapters/dynamodb-ledger.ts');
  const settings = await storedSettings();
  if (settings === undefined) throw new RangeError('the running stack has no settings: was it started by another version of Spillway?');
  return { settings, ledger: dynamodbLedger({ LEDGER_TABLE: stack.tables.ledger }, settings.retentionDays) };
}

/** Every hour in which an entry of the replay can be: those of its receipts, and, for calls without one, those it ran in. */
export function hoursOf(requestIds: Iterable<string>, ranMs: { readonly from: number; readonly to: number }): string[] {
  const hours = new Set<string>();
  for (const requestId of requestIds) hours.add(hourOfRequest(requestId));
  for (let atMs = ranMs.from; atMs < ranMs.to + HOUR_MS; atMs += HOUR_MS) hours.add(utcHour(Math.min(atMs, ranMs.to)));
  return [...hours];
}

export async function entriesOf(ledger: UsageLedger, hours: readonly string[]): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  for (const hour of hours) for await (const entry of ledger.ofHour(hour)) entries.push(entry);
  return entries;
}
