import { picoToUsd } from '../../functions/core/money.ts';
import type { Meter, PriceMode } from '../../functions/core/price-book.ts';
import type { BillReading } from '../../functions/core/reconcile/bill-line.ts';
import { type BillRow, type BillShape, CUR_SHAPE } from '../../functions/core/reconcile/bill-row.ts';
import { BillFold } from '../../functions/core/reconcile/bill-sum.ts';
import { billedModels } from '../../functions/core/reconcile/billed-models.ts';
import { LedgerFold } from '../../functions/core/reconcile/ledger-sum.ts';
import { type Reconciliation, reconcile } from '../../functions/core/reconcile/reconcile.ts';
import type { Charge, Rollup } from '../../functions/core/rollup.ts';
import type { Settings } from '../../functions/core/settings.ts';
import { rollup } from './rollups.ts';
import { featureSettings, modelSettings, settings } from './settings.ts';

/** Configured under their own names, as Bedrock has them. */
export const MODELS = {
  haiku: 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
  sonnet: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  nova: 'us.amazon.nova-lite-v1:0',
} as const;
export const PROFILE = 'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/0a1b2c3d4e5f';

/** Two features over three Bedrock models and one of Google; the profile is of `invoice-extractor` on `haiku`. */
export const billingSettings = (over: Partial<Settings> = {}): Settings =>
  settings({
    models: {
      haiku: { ...modelSettings('haiku', 1, 5), modelId: MODELS.haiku },
      sonnet: { ...modelSettings('sonnet', 3, 15), modelId: MODELS.sonnet },
      nova: { ...modelSettings('nova', 1, 4), modelId: MODELS.nova },
      flash: { ...modelSettings('flash', 1, 3), modelId: 'gemini-2.5-flash', provider: 'google' },
    },
    features: { 'invoice-extractor': featureSettings('invoice-extractor'), search: featureSettings('search') },
    inferenceProfiles: { 'invoice-extractor/haiku': PROFILE },
    ...over,
  });

export const billReading = (given: Settings = billingSettings(), shape: BillShape = CUR_SHAPE): BillReading => ({
  ...{ shape, settings: given, models: billedModels(given) },
});

const SPELLED: Readonly<Record<Meter, string>> = {
  input: 'input-tokens',
  output: 'output-tokens',
  cacheRead: 'cache-read-input-token-count',
  cacheWrite5m: 'cache-write-input-token-count',
  cacheWrite1h: 'cache-write-1h-input-token-count',
};
const NAMES: Readonly<Record<string, string>> = { haiku: 'Claude4.5Haiku', sonnet: 'Claude4.5Sonnet', nova: 'NovaLite' };

/** A model's usage type as the bill spells it: `USE1-Claude4.5Haiku-input-tokens-batch`. */
export const usageTypeOf = (model: string, meter: Meter, mode: string): string =>
  `USE1-${NAMES[model] ?? model}-${SPELLED[meter]}${mode === 'on_demand' ? '' : `-${mode}`}`;

/** A line of usage that cost nothing; say what matters. */
export const billRow = (over: Partial<BillRow> = {}): BillRow => ({
  day: '2026-11-13',
  costPico: 0n,
  lineType: 'Usage',
  products: ['AmazonBedrock'],
  usageType: 'USE1-Claude4.5Haiku-input-tokens',
  operation: '',
  resourceId: '',
  tags: {},
  ...over,
});

type Work = { readonly day?: string; readonly model?: string; readonly feature?: string; readonly mode?: PriceMode };

/** A charge as the ledger books it, at the model's own price unless said. */
export const charge = (meter: Meter, tokens: number, unitPricePico: bigint): Charge => ({ meter, tokens, unitPricePico });

const costOf = (charges: readonly Charge[]): bigint =>
  charges.reduce((sum, { tokens, unitPricePico }) => sum + BigInt(tokens) * unitPricePico, 0n);

/** Booked by the ledger: these charges, and so much more for calls whose outcome nobody knows. */
export const booked = (charges: readonly Charge[], over: Partial<Rollup> = {}, assumedPico = 0n): Rollup =>
  rollup({ ...calledAs(over.model ?? 'haiku'), charges, costPico: costOf(charges) + assumedPico, assumedPico, ...over });

/** What a configured model is called as; for any other name, that name at Bedrock. */
const calledAs = (model: string) => {
  const { provider = 'bedrock', modelId = model } = billingSettings().models[model] ?? {};
  return { provider, modelId };
};

/** Billed by AWS: a line for each of these charges. */
export const billed = (
  charges: readonly Charge[],
  { day = '2026-11-13', model = 'haiku', feature, mode = 'on_demand' }: Work = {},
): BillRow[] =>
  charges.map(({ meter, tokens, unitPricePico }) =>
    billRow({
      day,
      usageType: usageTypeOf(model, meter, mode),
      costPico: BigInt(tokens) * unitPricePico,
      quantity: { amount: `${tokens}`, units: ['Tokens'] },
      tags: feature === undefined ? {} : { feature },
    }),
  );

/** The bill that AWS would write for these rollups: by feature, batches without. */
export const billOf = (rollups: readonly Rollup[]): BillRow[] =>
  rollups.flatMap(({ hour, model, feature, mode, charges }) =>
    billed(charges, { day: hour.slice(0, 10), model, mode, ...(mode === 'batch' ? {} : { feature }) }),
  );

export type Against = {
  readonly settings?: Settings;
  readonly shape?: BillShape;
  readonly exportedAt?: string;
  readonly tolerance?: number;
};

/** Rows of a bill against rollups; exported weeks later unless said. */
export function reconciled(rows: Iterable<BillRow>, rollups: Iterable<Rollup>, against: Against = {}): Reconciliation {
  const reading = billReading(against.settings, against.shape);
  const bill = new BillFold(reading);
  for (const row of rows) bill.add(row);
  const ledger = new LedgerFold(bill.sum(), reading);
  for (const each of rollups) ledger.add(each);
  const toleranceMillionths = BigInt((against.tolerance ?? 0.5) * 10_000);
  return reconcile(bill.sum(), ledger.sum(), reading, {
    toleranceMillionths,
    exportedAtMs: Date.parse(against.exportedAt ?? '2026-12-31'),
  });
}

/** Only what a reader looks at first. */
export const whys = ({ rows }: Reconciliation): string[] =>
  rows.map(({ place, why }) => [place.day, place.model, place.feature, place.mode, why].join(' ')).toSorted();

/** A CSV text of records with a header; cells are quoted where they must be. */
export const csvText = (records: readonly (readonly string[])[]): string =>
  records.map((cells) => `${cells.map((cell) => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\n`).join('');

/** A CUR 2.0 CSV of these lines, as AWS Data Exports writes it, among other columns. */
export const curCsv = (rows: readonly BillRow[]): string =>
  csvText([
    [
      ...[
        'identity_line_item_id',
        'line_item_usage_start_date',
        'line_item_usage_end_date',
        'line_item_line_item_type',
        'line_item_product_code',
      ],
      ...['line_item_usage_type', 'line_item_operation', 'line_item_resource_id', 'line_item_usage_amount', 'pricing_unit'],
      ...['line_item_unblended_cost', 'line_item_currency_code', 'product', 'resource_tags'],
    ],
    ...rows.map((row, at) => [
      ...[`line-${at}`, `${row.day}T10:00:00.000Z`, `${row.day}T11:00:00.000Z`, row.lineType, row.products[0] ?? ''],
      ...[row.usageType, row.operation, row.resourceId, row.quantity?.amount ?? '', row.quantity?.units[0] ?? ''],
      ...[picoToUsd(row.costPico), 'USD', JSON.stringify(row.products[1] === undefined ? {} : { product_name: row.products[1] })],
      JSON.stringify(Object.fromEntries(Object.entries(row.tags).map(([key, value]) => [`user_${key}`, value]))),
    ]),
  ]);
