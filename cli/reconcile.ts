import { addDays } from '../functions/core/calendar.ts';
import type { BillReading } from '../functions/core/reconcile/bill-line.ts';
import { BillFold, type BillSum } from '../functions/core/reconcile/bill-sum.ts';
import { billedModels } from '../functions/core/reconcile/billed-models.ts';
import { LedgerFold, type LedgerSum } from '../functions/core/reconcile/ledger-sum.ts';
import { reconcile as compare, type Reconciliation } from '../functions/core/reconcile/reconcile.ts';
import type { UsagePorts } from '../functions/use-cases/live-hours.ts';
import { readUsage } from '../functions/use-cases/read-usage.ts';
import type { OperatedStack } from './operated-stack.ts';
import { readBill } from './read-bill.ts';
import { HOW_TO_EXPORT } from './read-bill-file.ts';
import { reconciliationJson } from './reconcile-json.ts';
import { reconciliationText } from './reconcile-text.ts';
import { OperatorError } from './terminal.ts';
import { usagePorts } from './usage-ports.ts';

export type ReconcileOptions = {
  /** Per cent of the larger side that a difference may have. */
  readonly tolerance: number;
  readonly json?: boolean;
};

/** All that the two outputs show. */
export type Reconciled = {
  readonly format: string;
  readonly tolerance: number;
  readonly bill: BillSum;
  readonly ledger: LedgerSum;
  readonly found: Reconciliation;
};

/** How long before the bill's first day the ledger is looked for: to tell a day without calls from a day before Spillway. */
const LOOK_BACK_DAYS = 7;

/** Compares the files of one export with the ledger. Reads the bill once, as a stream. */
export async function reconcile(
  stack: OperatedStack,
  files: readonly string[],
  options: ReconcileOptions,
): Promise<{ readonly text: string; readonly drifts: boolean }> {
  const reconciled = await reconcileWith(await usagePorts(stack), files, options);
  const text = options.json === true ? reconciliationJson(reconciled) : reconciliationText(reconciled);
  return { text, drifts: reconciled.found.verdict === 'drift' };
}

/** The same with any ledger. */
export async function reconcileWith(
  ports: UsagePorts,
  files: readonly string[],
  { tolerance }: Pick<ReconcileOptions, 'tolerance'>,
): Promise<Reconciled> {
  const { shape, rows, exportedAtMs } = await readBill(files);
  const reading: BillReading = { shape, models: billedModels(ports.settings), settings: ports.settings };
  const fold = new BillFold(reading);
  for await (const row of rows) fold.add(row);
  const bill = fold.sum();
  if (bill.days === undefined)
    throw new OperatorError(`${files.join(', ')} has no line of usage: choose another period, and ${HOW_TO_EXPORT}`);
  const booked = new LedgerFold(bill, reading);
  // A UTC day lies within the local days around it.
  for await (const rollup of readUsage(addDays(bill.days.first, -LOOK_BACK_DAYS), addDays(bill.days.last, 1), ports)) booked.add(rollup);
  const ledger = booked.sum();
  const toleranceMillionths = BigInt(Math.round(tolerance * 10_000));
  const found = compare(bill, ledger, reading, { toleranceMillionths, exportedAtMs: Math.min(exportedAtMs, ports.now()) });
  return { format: shape.format, tolerance, bill, ledger, found };
}
