import { addDays, localDay } from '../functions/core/calendar.ts';
import { displayUsd, PICO_PER_USD, picoToUsd } from '../functions/core/money.ts';
import type { Settings } from '../functions/core/settings.ts';
import { type SpendKey, type SpendRow, spendBy } from '../functions/core/spend.ts';
import { stalePrices } from '../functions/core/stale-prices.ts';
import { promptTokens } from '../functions/core/usage.ts';
import { readUsage } from '../functions/use-cases/read-usage.ts';
import type { OperatedStack } from './operated-stack.ts';
import { printTable } from './print-table.ts';
import { usagePorts } from './usage-ports.ts';

/** Days shown when none are asked for: the week that the report covers, too. */
const DEFAULT_DAYS = 7;

export type SpendOptions = { readonly by: readonly SpendKey[]; readonly from?: string; readonly to?: string; readonly json?: boolean };

type Spend = { readonly from: string; readonly to: string; readonly by: readonly SpendKey[] } & ReturnType<typeof spendBy>;

/** Usage and money of local days, the running hour included. */
export async function spend(stack: OperatedStack, options: SpendOptions): Promise<string> {
  const ports = await usagePorts(stack);
  const { settings } = ports;
  const nowMs = ports.now();
  const to = options.to ?? localDay(nowMs, settings.timezone);
  const from = options.from ?? addDays(to, 1 - DEFAULT_DAYS);
  const usage = await Array.fromAsync(readUsage(from, to, ports));
  const found = { from, to, by: options.by, ...spendBy(usage, options.by) };
  return options.json === true ? spendJson(found) : [spendText(found), ...staleness(settings, nowMs)].join('\n\n');
}

/** Said where the money is read: nobody looks at a synth's warnings three months later. */
function staleness(settings: Settings, nowMs: number): string[] {
  const stale = stalePrices(settings, nowMs).map(({ model, asOf }) => `${model} (${asOf})`);
  if (stale.length === 0) return [];
  return [`Prices read more than 90 days ago: ${stale.join(', ')}. Run \`npm run prices\`, review, and deploy.`];
}

/** Exact decimal strings. */
export function spendJson({ from, to, by, rows, totalPico }: Spend): string {
  const line = ({ keys, calls, usage, costPico }: SpendRow) => ({
    ...keys,
    calls,
    inputTokens: usage.input,
    outputTokens: usage.output,
    cacheReadInputTokens: usage.cacheRead,
    cacheWriteInputTokens: usage.cacheWrite5m + usage.cacheWrite1h,
    costUsd: picoToUsd(costPico),
  });
  return JSON.stringify({ from, to, by, rows: rows.map(line), totalUsd: picoToUsd(totalPico) });
}

/** Below this total, cents would hide everything. */
const SMALL_PICO = 10n * PICO_PER_USD;

/** For people: rounded to cents, or to a hundredth of one while little was spent. */
export function spendText({ from, to, by, rows, totalPico }: Spend): string {
  if (rows.length === 0) return `No usage from ${from} to ${to}.`;
  const head = [...by, 'calls', 'input', 'cached', 'output', 'cost'];
  const places = totalPico < SMALL_PICO ? 4 : 2;
  const number = (value: number): string => value.toLocaleString('en-US');
  const cached = ({ usage }: SpendRow): string =>
    promptTokens(usage) === 0 ? '–' : `${Math.round((100 * usage.cacheRead) / promptTokens(usage))}%`;
  const lines = rows.map((row) => [
    ...by.map((each) => row.keys[each] ?? ''),
    ...[number(row.calls), number(promptTokens(row.usage)), cached(row), number(row.usage.output), displayUsd(row.costPico, places)],
  ]);
  const total = [
    ...by.map((_, at) => (at === 0 ? 'total' : '')),
    number(rows.reduce((sum, row) => sum + row.calls, 0)),
    '',
    '',
    '',
    displayUsd(totalPico, places),
  ];
  return `Spend from ${from} to ${to}, both included\n\n${printTable([head, ...lines, total])}`;
}
