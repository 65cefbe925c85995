import { type Cell, csvLine } from '../core/export/cell.ts';
import type { Report } from '../core/report.ts';

/** Spend by feature and by model, and the findings, as one spreadsheet each. */
export function spendCsv(report: Report): string {
  const line = (by: string) => (spend: Report['byFeature'][number]) => [
    report.period.week,
    by,
    spend.name,
    spend.owner,
    spend.calls,
    spend.usage.input,
    spend.usage.cacheRead,
    spend.usage.cacheWrite5m + spend.usage.cacheWrite1h,
    spend.usage.output,
    spend.costPico,
    spend.beforePico,
  ];
  const header = [
    'week',
    'by',
    'name',
    'owner',
    'calls',
    'input_tokens',
    'cache_read_tokens',
    'cache_write_tokens',
    'output_tokens',
    'cost_usd',
    'week_before_usd',
  ];
  return csv([header, ...report.byFeature.map(line('feature')), ...report.byModel.map(line('model'))]);
}

export function findingsCsv(report: Report): string {
  const header = ['week', 'kind', 'feature', 'template', 'owner', 'team', 'wasted_usd', 'method', 'action'];
  const lines = report.findings.map((found) => [
    report.period.week,
    found.kind,
    found.feature,
    found.template,
    found.owner,
    found.team,
    found.wastedPico,
    found.method,
    found.action,
  ]);
  return csv([header, ...lines]);
}

const csv = (rows: readonly (readonly Cell[])[]): string => `${rows.map(csvLine).join('\r\n')}\r\n`;
