/** What the demo prints: headings, lines, a progress line that rewrites itself on a terminal, tables. */
export type Screen = {
  heading(title: string): void;
  line(text: string): void;
  progress(label: string, done: number, total: number): void;
  table(rows: readonly (readonly string[])[]): void;
};

export function screen(out: NodeJS.WriteStream = process.stdout): Screen {
  const bold = (text: string) => (out.isTTY ? `\u001b[1m${text}\u001b[22m` : text);
  return {
    heading: (title) => void out.write(`\n${bold(title)}\n`),
    line: (text) => void out.write(`  ${text}\n`),
    progress(label, done, total) {
      if (!out.isTTY && done < total) return;
      const filled = Math.round((20 * done) / Math.max(1, total));
      out.write(
        `${out.isTTY ? '\r' : ''}  ${'█'.repeat(filled)}${'░'.repeat(20 - filled)} ${done}/${total} ${label}${done === total ? '\n' : ''}`,
      );
    },
    table(rows) {
      const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
      for (const [index, row] of rows.entries()) {
        const cells = row.map((text, column) =>
          isAmount(rows, column) ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0),
        );
        out.write(`  ${index === 0 ? bold(cells.join('  ')) : cells.join('  ')}\n`);
      }
    },
  };
}

/** A column whose last cell is a number or a sum of money is set to the right. */
const isAmount = (rows: readonly (readonly string[])[], column: number): boolean => /^[$\d]/.test(rows.at(-1)?.[column] ?? '');
