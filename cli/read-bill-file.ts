import { createReadStream } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { BillRow, BillShape } from '../functions/core/reconcile/bill-row.ts';
import { OperatorError } from './terminal.ts';

/** Which export to make; every message about a file that cannot be read ends with it. */
export const HOW_TO_EXPORT =
  'export CUR 2.0 (Billing and Cost Management > Data Exports: hourly or daily, with resource IDs, text/csv gzip), or the output of ' +
  '`aws ce get-cost-and-usage --granularity DAILY --metrics UnblendedCost UsageQuantity --group-by Type=DIMENSION,Key=SERVICE Type=DIMENSION,Key=USAGE_TYPE`, ' +
  'or the CSV of Cost Explorer, daily; docs/chargeback.md shows each';

/** A bill as it is read: what it tells, and its rows, to be read once. */
export type Bill = { readonly shape: BillShape; readonly rows: AsyncIterable<BillRow> };

/** A file that holds a bill as text, packed with gzip or not. */
export type BillFile = { readonly path: string; readonly gzipped: boolean; readonly modifiedAtMs: number };

/** What files of other kinds begin with. */
const FOREIGN = [
  ['PAR1', 'a Parquet file'],
  ['PK', 'a zip or spreadsheet file'],
  ['%PDF', 'a PDF'],
] as const;

/** Looks at a file's first bytes. OperatorError when it cannot be a bill. */
export async function billFile(given: string): Promise<BillFile> {
  const head = Buffer.alloc(4);
  let modifiedAtMs: number;
  let path: string;
  try {
    path = await realpath(given);
    modifiedAtMs = (await stat(path)).mtimeMs;
    const file = await open(path);
    await file.read(head, 0, head.length, 0).finally(() => file.close());
  } catch (cause) {
    throw new OperatorError(`${given} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  const foreign = FOREIGN.find(([magic]) => head.toString('latin1').startsWith(magic));
  if (foreign !== undefined) throw new OperatorError(`${given} is ${foreign[1]}: ${HOW_TO_EXPORT}`);
  return { path, gzipped: head[0] === 0x1f && head[1] === 0x8b, modifiedAtMs };
}

/** Its bytes, unpacked, a chunk at a time: a report can have gigabytes. OperatorError when it breaks off. */
export async function* chunksOf({ path, gzipped }: BillFile): AsyncGenerator<Buffer> {
  const bytes = createReadStream(path);
  try {
    yield* gzipped ? pipeline(bytes, createGunzip(), () => undefined) : bytes;
  } catch (cause) {
    throw new OperatorError(`${path} is damaged or incomplete: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

const SNIFFED_CHARACTERS = 4;

/** The first character that is not blank, or undefined in an empty file. */
export async function firstCharacter(file: BillFile): Promise<string | undefined> {
  let text = '';
  for await (const chunk of chunksOf(file)) {
    text = (text + chunk.toString('utf8')).replace(/^\s+/, '').slice(0, SNIFFED_CHARACTERS);
    if (text !== '') break;
  }
  return text[0];
}
