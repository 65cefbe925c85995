import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import type { BillRow } from '../functions/core/reconcile/bill-row.ts';
import { CUR_SHAPE } from '../functions/core/reconcile/bill-row.ts';
import { type ConsoleLayout, consoleLayout, readConsoleRecord } from '../functions/core/reconcile/console-csv.ts';
import { costExplorerShape } from '../functions/core/reconcile/cost-explorer.ts';
import { curColumns, REQUIRED_COLUMNS, readCurRow } from '../functions/core/reconcile/cur-columns.ts';
import { type Bill, type BillFile, chunksOf, HOW_TO_EXPORT } from './read-bill-file.ts';
import { OperatorError } from './terminal.ts';

/** No row of a bill is longer: a quote that never closes does not fill the memory. */
const MOST_BYTES_OF_A_ROW = 4 * 1024 * 1024;

/** A Cost and Usage Report or a CSV of Cost Explorer's console. OperatorError when it is neither, or lacks a column. */
export async function readBillCsv(file: BillFile): Promise<Bill> {
  const records = recordsOf(file);
  const first = await records.next();
  if (first.done === true) throw new OperatorError(`${file.path} is empty: ${HOW_TO_EXPORT}`);
  const header = first.value;
  const { columns, missing } = curColumns(header);
  if (missing.length === 0) {
    const rows = mapped(file, records, (record) => {
      const row = readCurRow(record, columns);
      return typeof row === 'string' ? row : [row];
    });
    return { shape: CUR_SHAPE, rows };
  }
  const layout = missing.length < REQUIRED_COLUMNS.length ? `it lacks ${missing.join(', ')}` : consoleLayout(header);
  if (typeof layout === 'object') return { shape: costExplorerShape([layout.grouping]), rows: daily(file, records, layout) };
  await records.return(undefined);
  const focus = header.includes('BilledCost') ? 'it is a FOCUS export, which is not compared' : 'it has no columns of a bill';
  throw new OperatorError(`${file.path}: ${layout ?? focus}: ${HOW_TO_EXPORT}`);
}

/** The records, cell by cell; memory holds one chunk. */
async function* recordsOf(file: BillFile): AsyncGenerator<string[], undefined, undefined> {
  const parser = parse({ bom: true, relax_column_count: true, skip_empty_lines: true, max_record_size: MOST_BYTES_OF_A_ROW });
  try {
    for await (const record of pipeline(chunksOf(file), parser, () => undefined)) {
      const cells: unknown = record;
      if (isCells(cells)) yield cells;
    }
  } catch (cause) {
    if (cause instanceof CsvError) throw new OperatorError(`${file.path} is no sound CSV: ${cause.message}`, { cause });
    throw cause;
  }
}

const isCells = (record: unknown): record is string[] => Array.isArray(record) && record.every((cell) => typeof cell === 'string');

async function* mapped(
  file: BillFile,
  records: AsyncIterable<string[]>,
  read: (record: string[]) => readonly BillRow[] | string,
): AsyncGenerator<BillRow> {
  let number = 1;
  for await (const record of records) {
    number += 1;
    const rows = read(record);
    if (typeof rows === 'string') throw new OperatorError(`${file.path}, row ${number}: ${rows}`);
    yield* rows;
  }
}

/** The console names a month by its first day: rows that are all such days are months. */
async function* daily(file: BillFile, records: AsyncIterable<string[]>, layout: ConsoleLayout): AsyncGenerator<BillRow> {
  const days = new Set<string>();
  for await (const row of mapped(file, records, (record) => readConsoleRecord(layout, record))) {
    days.add(row.day);
    yield row;
  }
  if (days.size > 1 && [...days].every((day) => day.endsWith('-01')))
    throw new OperatorError(`${file.path} is by month: choose the granularity daily`);
}
