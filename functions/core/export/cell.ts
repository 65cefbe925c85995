import { picoToUsd } from '../money.ts';

/** A value in an export: text, a whole number, an exact decimal as a bigint of 10^-12 (as money is), yes or no; null where there is none. */
export type Cell = string | number | bigint | boolean | null;

/** One line of RFC 4180, without its line end; null is an empty cell. */
export const csvLine = (cells: readonly Cell[]): string => cells.map(csvCell).join(',');

/** The same value in JSON, where decimals are strings: a JSON number would lose their last places. */
export const jsonCell = (cell: Cell): string | number | boolean | null => (typeof cell === 'bigint' ? picoToUsd(cell) : cell);

function csvCell(cell: Cell): string {
  if (cell === null) return '';
  const text = typeof cell === 'string' ? defused(cell) : String(jsonCell(cell));
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Text that a spreadsheet would run as a formula gets a leading apostrophe. Source: OWASP, CSV Injection. */
const defused = (text: string): string => (/^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/.test(text) ? `'${text}` : text);
