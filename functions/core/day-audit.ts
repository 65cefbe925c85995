import { requestOf } from './assumed-entry.ts';
import { addDays, HOUR_MS, localDayStartMs, utcHour } from './calendar.ts';
import type { Gate } from './gate.ts';
import type { LedgerEntry } from './ledger.ts';
import { type PicoUsd, sumPico } from './money.ts';

/** One feature's closed day: what its gates say is committed, and what holds and entries add up to. Equal, or money has drifted. */
export type DayAudit = { readonly feature: string; readonly day: string; readonly committedPico: PicoUsd; readonly bookedPico: PicoUsd };

/** Whether a day's books are at rest in these leaves: a chunk that still holds money counts its entries twice. */
export const isQuiet = (leaves: readonly Gate[], day: string): boolean =>
  leaves.every((gate) => gate.chunks.every((chunk) => chunk.day !== day));

/**
 * Committed money of one feature's leaves against their holds and the entries whose hold is gone. The gates must have been read BEFORE the
 * entries, or a call between its put and its settle counts twice.
 */
export function auditFeatureDay(feature: string, day: string, leaves: readonly Gate[], entries: Iterable<LedgerEntry>): DayAudit {
  const holds = leaves.flatMap((gate) => gate.holds.filter((hold) => hold.day === day));
  const held = new Set(holds.map((hold) => keyOf(requestOf(hold, feature))));
  const spent = Iterator.from(entries)
    .filter((entry) => entry.feature === feature && entry.day === day && entry.kind !== 'correction' && !held.has(keyOf(entry)))
    .map((entry) => entry.costPico);
  return {
    feature,
    day,
    committedPico: sumPico(leaves.map((gate) => gate.committedByDay[day] ?? 0n)),
    bookedPico: sumPico(holds.map((hold) => hold.amountPico)) + sumPico(spent),
  };
}

const keyOf = ({ requestId, attempt }: { readonly requestId: string; readonly attempt: number }) => `${requestId}#${attempt}`;

/** The UTC hours in which calls of a local day were admitted, 23 to 26 of them. */
export function hoursOfDay(day: string, timezone: string): string[] {
  const endMs = localDayStartMs(addDays(day, 1), timezone);
  const hours: string[] = [];
  for (let atMs = localDayStartMs(day, timezone); atMs < endMs; atMs += HOUR_MS) hours.push(utcHour(atMs));
  return [...new Set([...hours, utcHour(endMs - 1)])];
}
