import type { LedgerEntry } from '../core/ledger.ts';
import { exportKey, exportLine } from '../core/ledger-export.ts';
import { FeatureHour } from './feature-hour.ts';
import type { CompactorPorts } from './run.ts';
import { TemplateHour } from './template-hour.ts';

/** Templates whose sums are stored at once. */
const STORED_AT_ONCE = 16;

type HourPorts = Pick<CompactorPorts, 'ledger' | 'profiles' | 'blobs'>;

/**
 * Derives everything from an hour's entries in one pass: rollups, file, profiles. Whatever it wrote before is replaced by the same, or by
 * what the entries are now; memory grows neither with entries nor with templates.
 */
export async function closeHour(hour: string, ports: HourPorts): Promise<void> {
  const entries = ports.ledger.ofHour(hour)[Symbol.asyncIterator]();
  const first = await entries.next();
  // Entries are never removed: an hour without any never had a file.
  if (first.done === true) return;
  await ports.blobs.putGzip(exportKey(hour), linesOf(first.value, entries, ports));
}

/** The lines of the hour's file. A template's sums are stored once its last entry has gone by, and a failure to store them breaks the file. */
async function* linesOf(first: LedgerEntry, others: AsyncIterator<LedgerEntry>, ports: HourPorts): AsyncGenerator<string> {
  let template = new TemplateHour(first, ports);
  let feature = new FeatureHour(first);
  let whole: TemplateHour[] = [];
  for (let next: IteratorResult<LedgerEntry> = { value: first }; next.done !== true; next = await others.next()) {
    const entry = next.value;
    if (!template.has(entry)) {
      whole.push(template);
      template = new TemplateHour(entry, ports);
    }
    if (entry.feature !== feature.feature) {
      await feature.store(ports);
      feature = new FeatureHour(entry);
    }
    feature.add(entry);
    if (whole.length >= STORED_AT_ONCE) {
      await storeAll(whole);
      whole = [];
    }
    await template.add(entry);
    yield exportLine(entry);
  }
  await storeAll([...whole, template]);
  await feature.store(ports);
}

const storeAll = async (templates: readonly TemplateHour[]): Promise<void> => {
  await Promise.all(templates.map((template) => template.store()));
};
