import { resolve } from 'node:path';
import { localDay } from '../functions/core/calendar.ts';
import { firstDayOf, lastDayOf } from '../functions/core/export/charge-period.ts';
import type { ExportFormat, ExportFormatName } from '../functions/core/export/export-format.ts';
import { focus } from '../functions/core/export/focus.ts';
import { usageCsv } from '../functions/core/export/usage-csv.ts';
import { picoToUsd } from '../functions/core/money.ts';
import type { Settings } from '../functions/core/settings.ts';
import { usageByDay } from '../functions/use-cases/usage-by-day.ts';
import { asCsv, asJson, type Exported, type Rendering, type Write, writeExport } from './export-text.ts';
import type { OperatedStack } from './operated-stack.ts';
import type { Terminal } from './terminal.ts';
import { usagePorts } from './usage-ports.ts';
import { writeWhole } from './write-whole.ts';

/** `month` or `from` is given. */
export type ExportOptions = {
  readonly format: ExportFormatName;
  readonly month?: string;
  readonly from?: string;
  readonly to?: string;
  readonly out?: string;
  readonly json?: boolean;
};

const formatNamed = (name: ExportFormatName, settings: Settings): ExportFormat => (name === 'csv' ? usageCsv : focus(settings));

/** Prints usage and money of whole local days, or writes them to a file and prints what is in it. */
export async function exportUsage(stack: OperatedStack, options: ExportOptions, terminal: Terminal): Promise<void> {
  const ports = await usagePorts(stack);
  const { settings, now } = ports;
  const today = localDay(now(), settings.timezone);
  const about = { format: options.format, ...daysOf(options, today) };
  const format = formatNamed(options.format, settings);
  // Days to come have no usage: they are not asked for.
  const usage = usageByDay(about.from, about.to < today ? about.to : today, format.byTemplate, ports);
  const { out, json = false } = options;
  const write = (rendering: Rendering, to: Write) => writeExport(format, usage, rendering, to);
  const exported =
    out === undefined
      ? await write(json ? asJson(about) : asCsv, terminal.out)
      : await writeWhole(resolve(terminal.folder, out), (toFile) => write(asCsv, toFile));
  if (out !== undefined) terminal.out(`${json ? summaryJson({ ...about, out, ...exported }) : summaryText(out, exported)}\n`);
  if (exported.rows === 0) terminal.err(`No usage from ${about.from} to ${about.to}.\n`);
}

const daysOf = ({ month, from, to }: ExportOptions, today: string): { readonly from: string; readonly to: string } =>
  month === undefined ? { from: from ?? today, to: to ?? today } : { from: firstDayOf(month), to: lastDayOf(month) };

const summaryText = (out: string, { rows, totalPico }: Exported): string => `${out}: ${rows} rows, $${picoToUsd(totalPico)}`;

const summaryJson = ({ totalPico, ...about }: Exported & Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ ...about, totalUsd: picoToUsd(totalPico) });
