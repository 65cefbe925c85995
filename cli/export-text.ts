import { type Cell, csvLine, jsonCell } from '../functions/core/export/cell.ts';
import type { ExportFormat } from '../functions/core/export/export-format.ts';
import type { DayUsage } from '../functions/core/export/usage-fold.ts';
import { type PicoUsd, picoToUsd } from '../functions/core/money.ts';

/** What an export came to. */
export type Exported = { readonly rows: number; readonly totalPico: PicoUsd };

export type Write = (text: string) => void | Promise<void>;

/** How an export is written down. `row` is told how many came before. */
export type Rendering = {
  readonly head: (format: ExportFormat) => string;
  readonly row: (format: ExportFormat, cells: readonly Cell[], before: number) => string;
  readonly tail: (exported: Exported) => string;
};

export const asCsv: Rendering = {
  head: ({ mark, columns }) => `${mark}${csvLine(columns)}\r\n`,
  row: (_, cells) => `${csvLine(cells)}\r\n`,
  tail: () => '',
};

/** `{ ...about, rows, totalUsd }`; every decimal is a string. */
export const asJson = (about: Readonly<Record<string, string>>): Rendering => ({
  head: () => `${JSON.stringify(about).slice(0, -1)},"rows":[`,
  row: ({ columns }, cells, before) => {
    const row = Object.fromEntries(columns.map((name, at) => [name, jsonCell(cells[at] ?? null)]));
    return `${before === 0 ? '' : ','}${JSON.stringify(row)}`;
  },
  tail: ({ totalPico }) => `],"totalUsd":"${picoToUsd(totalPico)}"}\n`,
});

/** Writes rows as their usage comes. */
export async function writeExport(
  format: ExportFormat,
  usage: AsyncIterable<DayUsage>,
  rendering: Rendering,
  write: Write,
): Promise<Exported> {
  await write(rendering.head(format));
  let exported: Exported = { rows: 0, totalPico: 0n };
  for await (const each of usage) {
    const rows = format.rows(each);
    await write(rows.map((cells, at) => rendering.row(format, cells, exported.rows + at)).join(''));
    exported = { rows: exported.rows + rows.length, totalPico: exported.totalPico + each.costPico };
  }
  await write(rendering.tail(exported));
  return exported;
}
