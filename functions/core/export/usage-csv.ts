import { promptTokens, type Usage } from '../usage.ts';
import type { ExportColumn, ExportFormat } from './export-format.ts';
import type { DayUsage } from './usage-fold.ts';

const COLUMNS: readonly ExportColumn<DayUsage>[] = [
  ['day', ({ day }) => day],
  ['feature', ({ feature }) => feature],
  ['template', ({ template }) => template],
  ['team', ({ team }) => team],
  ['owner', ({ owner }) => owner],
  ['model', ({ model }) => model],
  ['provider', ({ provider }) => provider],
  ['model_id', ({ modelId }) => modelId],
  ['mode', ({ mode }) => mode],
  ['calls', ({ calls }) => calls],
  ['input_tokens', ({ usage }) => usage.input],
  ['cache_read_tokens', ({ usage }) => usage.cacheRead],
  ['cache_write_5m_tokens', ({ usage }) => usage.cacheWrite5m],
  ['cache_write_1h_tokens', ({ usage }) => usage.cacheWrite1h],
  ['output_tokens', ({ usage }) => usage.output],
  ['cache_hit_rate', ({ usage }) => cacheHitRate(usage)],
  ['cost_usd', ({ costPico }) => costPico],
  ['assumed_usd', ({ assumedPico }) => assumedPico],
  ['corrections_usd', ({ correctionPico }) => correctionPico],
];

/** One row per local day x feature x template x team x owner x model x mode, for a spreadsheet. `cost_usd` has the other two in it. */
export const usageCsv: ExportFormat = {
  mark: '\uFEFF', // Excel takes a file without it for the machine's old code page.
  columns: COLUMNS.map(([name]) => name),
  byTemplate: true,
  rows: (usage) => [COLUMNS.map(([, cellOf]) => cellOf(usage))],
};

const RATE_PLACES = 10_000n;

/** Share of the prompt tokens that came from a cache, 0 to 1, cut to four places; null where nothing was read. */
function cacheHitRate(usage: Usage): bigint | null {
  const all = BigInt(promptTokens(usage));
  if (all === 0n) return null;
  return ((BigInt(usage.cacheRead) * RATE_PLACES) / all) * (10n ** 12n / RATE_PLACES);
}
