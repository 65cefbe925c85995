import type { Cell } from './cell.ts';
import type { DayUsage } from './usage-fold.ts';

export const EXPORT_FORMATS = ['csv', 'focus'] as const;
export type ExportFormatName = (typeof EXPORT_FORMATS)[number];

/** A form of the export. The costs of the rows that a day's usage becomes add up to its cost, exactly. */
export type ExportFormat = {
  /** What the first line starts with, for those who must be told the encoding. */
  readonly mark: '' | '\uFEFF';
  readonly columns: readonly string[];
  /** Whether templates are told apart. */
  readonly byTemplate: boolean;
  readonly rows: (usage: DayUsage) => readonly (readonly Cell[])[];
};

/** A column: its name, and its value in a row. */
export type ExportColumn<Row> = readonly [name: string, cellOf: (row: Row) => Cell];
