import { ulid } from 'ulid';
import type { Settings } from '../../functions/core/settings.ts';
import type { UsageLedger } from '../../functions/ports/usage-ledger.ts';
import { inParallel } from '../../functions/use-cases/in-parallel.ts';
import { pastEntries } from './past.ts';
import type { Screen } from './screen.ts';

const PARALLEL = 16;

/** Books the made-up past through the ledger's own adapter, and marks its hours for the compactor, as any late entry would be. */
export async function seedPast(ledger: UsageLedger, settings: Settings, nowMs: number, screen: Screen): Promise<void> {
  const entries = pastEntries(settings, nowMs);
  let booked = 0;
  await inParallel(entries, PARALLEL, async (entry) => {
    await ledger.record(entry);
    booked += 1;
    screen.progress('calls of the past booked', booked, entries.length);
  });
  const hours = [...new Set(entries.map(({ hour }) => hour))];
  await inParallel(hours, PARALLEL, (hour) => ledger.markDirty(hour, ulid(nowMs)));
}
