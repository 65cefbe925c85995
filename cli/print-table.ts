/** Rows as columns of text, numbers to the right. The first row is the head. */
export function printTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (isNumeric(rows, column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

const isNumeric = (rows: readonly (readonly string[])[], column: number): boolean =>
  rows.slice(1).every((row) => /^(-?\$?[\d.,]+%?|–|)$/.test(row[column] ?? ''));
