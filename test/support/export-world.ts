import fc from 'fast-check';
import { asCsv, writeExport } from '../../cli/export-text.ts';
import { addDays, localDay } from '../../functions/core/calendar.ts';
import type { ExportFormat } from '../../functions/core/export/export-format.ts';
import type { LedgerEntry } from '../../functions/core/ledger.ts';
import { meteredPico, PRICE_MODES, type PriceMode } from '../../functions/core/price-book.ts';
import { type Rollup, rollUp } from '../../functions/core/rollup.ts';
import type { Settings } from '../../functions/core/settings.ts';
import { NO_USAGE } from '../../functions/core/usage.ts';
import { usageByDay } from '../../functions/use-cases/usage-by-day.ts';
import { decimal, plus, ZERO } from './decimal.ts';
import { ledgerEntry } from './ledger-entry.ts';
import { memoryGates } from './memory-gates.ts';
import { memoryLedger } from './memory-ledger.ts';
import { readCsv } from './read-csv.ts';

const LAST_HOUR = '2026-12-31T23';

/** The file that rollups of November 2026 become, and what it came to. */
export async function exportOf(rollups: readonly Rollup[], format: ExportFormat, settings: Settings) {
  const ledger = memoryLedger();
  await ledger.putRollups('', rollups);
  await ledger.setProgress({ closedHour: LAST_HOUR });
  const usage = usageByDay('2026-11-01', '2026-11-30', format.byTemplate, {
    gates: memoryGates(),
    ledger,
    settings,
    now: () => Date.UTC(2026, 11, 1),
  });
  let text = '';
  const exported = await writeExport(format, usage, asCsv, (more) => {
    text += more;
  });
  return { text, exported };
}

/** A file's rows by column name. */
export function rowsOf(text: string): Record<string, string>[] {
  const [head, ...rows] = readCsv(text.replace('\uFEFF', '')).records.map(({ fields }) => fields.map((field) => field.text));
  return rows.map((row) => Object.fromEntries((head ?? []).map((name, at) => [name, row[at] ?? ''])));
}

/** The exact sum of a column, in units of 10^-12. */
export function sumOf(rows: readonly Record<string, string>[], column: string): bigint {
  const { digits, places } = rows.map((row) => decimal(row[column] || '0')).reduce(plus, ZERO);
  return digits * 10n ** BigInt(12 - places);
}

const count = fc.oneof(fc.constant(0), fc.nat(1_000_000));
const price = fc.oneof(fc.constantFrom(0n, 1_000_000n, 3_300_000n), fc.bigInt({ min: 0n, max: 10n ** 9n }));
const money = fc.bigInt({ min: 0n, max: 10n ** 16n });
/** Mostly the first, so that entries of one row are many. */
const mostly = <T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
const names = fc.record({
  feature: mostly('copilot', 'search', '1e5'),
  template: fc.constantFrom('reply', 'rank'),
  team: mostly('support', 'growth', ''),
  owner: mostly('a@x.example', 'jörg@x.example', '=HYPERLINK("http://x")', 'say "hi", twice'),
  model: mostly('haiku', 'sonnet', 'gone'),
  mode: mostly<PriceMode>('on_demand', ...PRICE_MODES),
});

/** An entry of November 2026 in Berlin: settled, assumed at its hold, or a correction that brings tokens and takes money back. */
export const anyEntry: fc.Arbitrary<LedgerEntry> = fc
  .record({
    names,
    kind: fc.constantFrom('settled', 'assumed', 'correction'),
    hours: fc.oneof(fc.nat(5), fc.nat(30 * 24 - 1)),
    usage: fc.record({
      input: count,
      cacheRead: count,
      cacheWrite5m: count,
      cacheWrite1h: count,
      output: count,
      reasoning: fc.constant(0),
    }),
    unitPrices: fc.record({ input: price, cacheRead: price, cacheWrite5m: price, cacheWrite1h: price, output: price }),
    hold: money,
  })
  .map(({ names: who, kind, hours, usage, unitPrices, hold }) => {
    const admittedAtMs = Date.UTC(2026, 9, 31, 23, 30) + hours * 3_600_000;
    const metered = meteredPico(usage, unitPrices);
    const costPico = kind === 'settled' ? metered : kind === 'assumed' ? hold : metered - hold;
    const day = localDay(admittedAtMs, 'Europe/Berlin');
    return ledgerEntry({ ...who, kind, admittedAtMs, day, unitPrices, costPico, usage: kind === 'assumed' ? NO_USAGE : usage });
  });

/** Rollups of one feature and template for so many days, an entry an hour. */
export function steadyRollups(days: number): Rollup[] {
  const entries = Array.from({ length: days * 24 }, (_, hour) => {
    const admittedAtMs = Date.UTC(2026, 10, 2, 0, 30) + hour * 3_600_000;
    return ledgerEntry({ admittedAtMs, day: addDays('2026-11-02', Math.floor(hour / 24)) });
  });
  return rollUp(entries);
}
