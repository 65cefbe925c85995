import { z } from 'zod';
import { localDay } from '../../functions/core/calendar.ts';
import type { StackProcess } from './stack-process.ts';
import { readBooks, type StoredBooks, totalOf } from './stored-books.ts';

const HOUR_MS = 3_600_000;
/** Longer than the longest delay of a job, and the day after. */
const MOST_HOURS = 80;
const TIMEZONE = 'Europe/Berlin';
const clockSchema = z.object({ now: z.string() });

/** Hours go by, each with its upkeep, until each of these jobs is answered, nothing is held, and the last such day is closed and audited. */
export async function letHoursGoBy(stack: StackProcess, jobs: Iterable<string>): Promise<void> {
  for (let hour = 0; hour < MOST_HOURS; hour++) {
    const nowMs = Date.parse(clockSchema.parse(await stack.dev('/clock', { advanceMs: HOUR_MS })).now);
    await doUpkeep(stack);
    const { gates, jobs: answers } = await readBooks(stack);
    const open = Iterator.from(jobs).some((job) => answers.get(job) === undefined) || gates.values().some(({ holds }) => holds.length > 0);
    const lastDay = [...gates.values()].flatMap(({ committedByDay }) => Object.keys(committedByDay)).reduce((a, b) => (a > b ? a : b), '');
    // A day's last hour closes some hours into the next one.
    if (!open && localDay(nowMs - 6 * HOUR_MS, TIMEZONE) > lastDay) return;
  }
}

/** One round of all that runs by schedule, and of the provider's batch jobs. */
export async function doUpkeep(stack: StackProcess): Promise<void> {
  await stack.run('batchSubmitter');
  await stack.dev('/bedrock/batch/advance');
  await stack.run('batchHarvester');
  await stack.run('compactor');
}

/** Whether a job was paid with this entry, not a caller's request. */
export const isJobs = (entry: StoredBooks['entries'][number]): boolean => entry.mode === 'batch' || entry.reason === 'missed_batch';

/** Requests whose receipt is not what their entries say. */
export function differingReceipts({ entries }: StoredBooks, receipts: ReadonlyMap<string, bigint>): string[] {
  const booked = Map.groupBy(entries, ({ requestId }) => requestId);
  return [...receipts].filter(([requestId, cost]) => totalOf(booked.get(requestId) ?? []) !== cost).map(([requestId]) => requestId);
}

/** How many entries of each kind there are, for the eye. */
export function entriesByKind({ entries }: StoredBooks): string {
  const kinds = Map.groupBy(entries, ({ kind, mode, reason, day }) => `${day} ${kind} ${mode} ${reason}`);
  return [...kinds].map(([kind, those]) => `  ${kind}: ${those.length} entries, ${totalOf(those)} pico-dollars`).join('\n');
}
