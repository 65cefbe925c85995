import { parseJson } from '../functions/core/parse-json.ts';
import { apiGroupings, readApiAnswer } from '../functions/core/reconcile/api-groups.ts';
import type { BillRow } from '../functions/core/reconcile/bill-row.ts';
import { canBeCompared, costExplorerShape } from '../functions/core/reconcile/cost-explorer.ts';
import { costAndUsage } from '../functions/schemas/cost-explorer.ts';
import { readBillCsv } from './read-bill-csv.ts';
import { type Bill, type BillFile, billFile, chunksOf, firstCharacter, HOW_TO_EXPORT } from './read-bill-file.ts';
import { OperatorError } from './terminal.ts';

/** The files of one export, and when the last of them was written. OperatorError says what is wrong with one and which export to make. */
export async function readBill(files: readonly string[]): Promise<Bill & { readonly exportedAtMs: number }> {
  const found = await Promise.all(files.map(billFile));
  if (new Set(found.map(({ path }) => path)).size < found.length) throw new OperatorError('the same file is given twice');
  const bills = await Promise.all(found.map(readOne));
  const [first] = bills;
  if (first === undefined) throw new RangeError('no file');
  if (bills.some(({ shape }) => JSON.stringify(shape) !== JSON.stringify(first.shape)))
    throw new OperatorError('the files are of different exports: give the parts of one');
  return { shape: first.shape, rows: inTurn(bills), exportedAtMs: Math.max(...found.map(({ modifiedAtMs }) => modifiedAtMs)) };
}

async function readOne(file: BillFile): Promise<Bill> {
  const character = await firstCharacter(file);
  if (character === undefined) throw new OperatorError(`${file.path} is empty: ${HOW_TO_EXPORT}`);
  return character === '{' || character === '[' ? readJson(file) : readBillCsv(file);
}

async function* inTurn(bills: readonly Bill[]): AsyncGenerator<BillRow> {
  for (const { rows } of bills) yield* rows;
}

/** An answer of GetCostAndUsage has a few megabytes at most. */
const MOST_BYTES = 256 * 1024 * 1024;

async function readJson(file: BillFile): Promise<Bill> {
  const answer = costAndUsage.safeParse(parseJson(await textOf(file)));
  if (!answer.success) throw new OperatorError(`${file.path} is no answer of GetCostAndUsage: ${HOW_TO_EXPORT}`);
  const groupings = apiGroupings(answer.data);
  const shape = costExplorerShape(groupings);
  if (!canBeCompared(shape))
    throw new OperatorError(
      `${file.path} names neither models nor features: group it by SERVICE and USAGE_TYPE, or by TAG feature and SERVICE`,
    );
  const rows = readApiAnswer(answer.data, groupings);
  if (typeof rows === 'string') throw new OperatorError(`${file.path}: ${rows}`);
  return { shape, rows: inTurn([{ shape, rows: asyncRows(rows) }]) };
}

async function* asyncRows(rows: readonly BillRow[]): AsyncGenerator<BillRow> {
  yield* rows;
}

async function textOf(file: BillFile): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunksOf(file)) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new OperatorError(`${file.path} is too large for an answer of GetCostAndUsage: ${HOW_TO_EXPORT}`);
  }
  // Drops a byte order mark.
  return new TextDecoder().decode(Buffer.concat(chunks));
}
