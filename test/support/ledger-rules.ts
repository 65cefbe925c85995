import { isDeepStrictEqual } from 'node:util';
import { localDay, utcHour } from '../../functions/core/calendar.ts';
import { entryKey, heldEntries } from '../../functions/core/day-audit.ts';
import type { LedgerEntry } from '../../functions/core/ledger.ts';
import { exportKey } from '../../functions/core/ledger-export.ts';
import { sumPico } from '../../functions/core/money.ts';
import { meteredPico } from '../../functions/core/price-book.ts';
import { type Rollup, rollUp, unmeteredPico } from '../../functions/core/rollup.ts';
import { SPEND_KEYS, spendBy } from '../../functions/core/spend.ts';
import { daysOf, gatesByFeature, readGates } from '../../functions/use-cases/read-gates.ts';
import { readUsage } from '../../functions/use-cases/read-usage.ts';
import type { LedgerLife } from './ledger-life.ts';
import { entriesOfFile } from './read-export.ts';

/** The books of a life as they are now. */
type Books = {
  readonly life: LedgerLife;
  readonly entries: readonly LedgerEntry[];
  /** Entries that may be missing in what is derived: whoever put them has not finished, and will, or a resolver. */
  readonly pending: ReadonlySet<string>;
};

const keyOf = (entry: LedgerEntry) => `${entryKey(entry)} ${entry.kind === 'correction'}`;

async function openBooks(life: LedgerLife): Promise<Books> {
  const entries: LedgerEntry[] = [];
  for (const hour of life.hours) entries.push(...(await Array.fromAsync(life.ports.ledger.ofHour(hour))));
  const gates = await readGates(life.ports);
  const held = daysOf(gates).flatMap((day) => [...heldEntries(gatesByFeature(gates), day)]);
  const unsettled = life.chunks.flatMap((chunk) => chunk.entries.map(keyOf));
  return { life, entries, pending: new Set([...held.map((key) => `${key} false`), ...unsettled, ...life.unfinished.map(keyOf)]) };
}

/** The first rule that does not hold now, in words. */
export async function brokenRule(life: LedgerLife, files: ReadonlyMap<string, string>): Promise<string | undefined> {
  const books = await openBooks(life);
  const alarm = life.world.alerts.find(({ kind }) => kind !== 'day_not_audited');
  if (alarm !== undefined) return `an alarm: ${alarm.summary} ${JSON.stringify(alarm.evidence)}`;
  const [drift] = life.drifts;
  if (drift !== undefined) return `${drift.feature} has ${drift.committedPico} committed on ${drift.day} and ${drift.bookedPico} booked`;
  return (await usageBroken(books)) ?? (await exportBroken(books, files)) ?? (await profileBroken(books));
}

/** Usage by any key is what the entries add up to, to the pico-dollar, whatever is rolled up yet. */
async function usageBroken({ life, entries, pending }: Books): Promise<string | undefined> {
  const [first, today] = [life.startMs, life.ports.now()].map((atMs) => localDay(atMs, life.ports.settings.timezone));
  const usage = await Array.fromAsync(readUsage(first ?? '', today ?? '', life.ports));
  const expected = rollUp(entries);
  if (pending.size > 0) {
    const calls = (rollups: readonly Rollup[]) => rollups.reduce((sum, rollup) => sum + rollup.calls, 0);
    const least = calls(rollUp(entries.filter((entry) => !pending.has(keyOf(entry)))));
    return calls(usage) >= least && calls(usage) <= calls(expected)
      ? undefined
      : `${calls(usage)} calls used, of ${least} to ${entries.length}`;
  }
  const total = sumPico(entries.map(({ costPico }) => costPico));
  const key = SPEND_KEYS.find((each) => spendBy(usage, [each]).totalPico !== total);
  if (key !== undefined) return `spend by ${key} is ${spendBy(usage, [key]).totalPico}, the entries are ${total}`;
  if (sumPico(usage.map(unmeteredPico)) !== sumPico(entries.map((entry) => entry.costPico - meteredPico(entry.usage, entry.unitPrices))))
    return 'what has no meter is not what the entries have without one';
  const sorted = (rollups: readonly Rollup[]) => rollups.toSorted((a, b) => (JSON.stringify(named(a)) < JSON.stringify(named(b)) ? -1 : 1));
  return isDeepStrictEqual(sorted(usage), sorted(expected)) ? undefined : 'usage is not the entries, folded';
}

const named = ({ hour, day, feature, template, model, mode, team, owner }: Rollup) => [
  hour,
  day,
  feature,
  template,
  model,
  mode,
  team,
  owner,
];

/** The file of a closed hour has exactly its entries, and there is none for an hour without any. */
async function exportBroken({ life, entries, pending }: Books, files: ReadonlyMap<string, string>): Promise<string | undefined> {
  const { closedHour = '' } = await life.ports.ledger.progress();
  const dirty = new Set((await life.ports.ledger.dirtyHours()).map(({ hour }) => hour));
  for (const hour of [...life.hours].filter((each) => each <= closedHour && !dirty.has(each))) {
    const all = entries.filter((entry) => utcHour(entry.admittedAtMs) === hour);
    const file = entriesOfFile(files.get(exportKey(hour)));
    const strange = file.find((entry) => !all.some((known) => isDeepStrictEqual(known, entry)));
    const missing = all.find((entry) => !pending.has(keyOf(entry)) && !file.some((known) => keyOf(known) === keyOf(entry)));
    if (strange !== undefined || new Set(file.map(keyOf)).size !== file.length) return `the file of ${hour} has what is no entry, or twice`;
    if (missing !== undefined) return `the file of ${hour} lacks ${missing.requestId}`;
    if (all.length === 0 && files.has(exportKey(hour))) return `the file of ${hour} is empty`;
  }
  return undefined;
}

/** No call is in a template's profile twice. */
async function profileBroken({ life, entries }: Books): Promise<string | undefined> {
  const shown = entries.filter(
    ({ kind, mode, attempt, prefix }) => kind !== 'correction' && mode !== 'batch' && attempt === 1 && prefix.length > 0,
  );
  for (const [name, calls] of Map.groupBy(shown, ({ feature, template }) => `${feature}/${template}`)) {
    const [feature = '', template = ''] = name.split('/');
    const seen = (await life.ports.profiles.read(feature, template))?.history.calls ?? 0;
    if (seen >= calls.length) return `the profile of ${name} has seen more calls than there were`;
  }
  return undefined;
}
