import { describe, expect, it } from 'vitest';
import { asCsv, writeExport } from '../../cli/export-text.ts';
import { addDays } from '../../functions/core/calendar.ts';
import type { ExportFormat } from '../../functions/core/export/export-format.ts';
import { focus } from '../../functions/core/export/focus.ts';
import { usageCsv } from '../../functions/core/export/usage-csv.ts';
import type { Rollup } from '../../functions/core/rollup.ts';
import { usageByDay } from '../../functions/use-cases/usage-by-day.ts';
import { memoryGates } from '../support/memory-gates.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { rollup } from '../support/rollups.ts';
import { settings } from '../support/settings.ts';

const [FEATURES, TEMPLATES, HOURS] = [100, 10, 24];
const usage = { input: 4000, cacheRead: 9000, cacheWrite5m: 500, cacheWrite1h: 0, output: 700, reasoning: 0 };
const charges = [
  { meter: 'input', unitPricePico: 1_000_000n, tokens: 4000 },
  { meter: 'cacheRead', unitPricePico: 100_000n, tokens: 9000 },
  { meter: 'output', unitPricePico: 5_000_000n, tokens: 700 },
] as const;
const COST = 4000n * 1_000_000n + 9000n * 100_000n + 700n * 5_000_000n;

/** A busy month's rollups, made as they are read. */
async function* rollups(from: string, to: string): AsyncGenerator<Rollup> {
  for (let day = from; day <= to; day = addDays(day, 1))
    for (let each = 0; each < FEATURES * TEMPLATES * HOURS; each += 1) {
      const [feature, template] = [`feature-${each % FEATURES}`, `template-${Math.floor(each / FEATURES) % TEMPLATES}`];
      yield rollup({ day, feature, template, model: 'haiku', usage, charges: charges.map((charge) => ({ ...charge })), costPico: COST });
    }
}

describe('a month of 100 features x 10 templates x 24 hours', () => {
  it.each<[string, ExportFormat, number]>([
    ['a spreadsheet', usageCsv, 31 * FEATURES * TEMPLATES],
    ['FOCUS', focus(settings()), 31 * FEATURES * charges.length],
  ])('becomes %s in bounded memory', async (name, format, rows) => {
    const ledger = { ...memoryLedger(), rollups, progress: () => Promise.resolve({ closedHour: '2026-12-31T23' }) };
    const days = usageByDay('2026-10-01', '2026-10-31', format.byTemplate, {
      gates: memoryGates(),
      ledger,
      settings: settings(),
      now: () => Date.UTC(2026, 11, 1),
    });
    const [before, startedMs] = [process.memoryUsage().heapUsed, performance.now()];
    let [bytes, peak] = [0, 0];
    const exported = await writeExport(format, days, asCsv, (text) => {
      bytes += text.length;
      peak = Math.max(peak, process.memoryUsage().heapUsed - before);
    });
    const megabytes = (count: number) => Math.round(count / 2 ** 20);
    console.log(
      `${name}: ${rows} rows, ${megabytes(bytes)} MB in ${Math.round(performance.now() - startedMs)} ms, heap ${megabytes(peak)} MB`,
    );
    expect(exported).toEqual({ rows, totalPico: COST * BigInt(31 * FEATURES * TEMPLATES * HOURS) });
    expect(megabytes(peak)).toBeLessThan(200);
  });
});
