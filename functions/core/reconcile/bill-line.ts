import type { PicoUsd } from '../money.ts';
import type { Meter } from '../price-book.ts';
import type { Settings } from '../settings.ts';
import type { BillRow, BillShape } from './bill-row.ts';
import type { BilledModels } from './billed-models.ts';
import { scaledDecimal } from './decimal.ts';
import { parseUsageType, type UsageType, unitExponentOf } from './usage-type.ts';

/** Where bill and ledger meet. Empty where the export does not tell, or the bill has none: a batch has no feature. */
export type Place = {
  readonly day: string;
  readonly model: string;
  readonly feature: string;
  readonly mode: string;
  /** `model` is the bill's own word: no configured model has that name. */
  readonly unmapped: boolean;
};

/** What a line of a bill is to Spillway. */
export type BillLine =
  | { readonly kind: 'usage'; readonly place: Place; readonly costPico: PicoUsd; readonly meter?: Meter; readonly tokens?: bigint }
  /** Of Bedrock, or of the whole account, but no usage: taxes, credits, refunds, discounts, support. */
  | { readonly kind: 'set_aside'; readonly lineType: string; readonly costPico: PicoUsd }
  | { readonly kind: 'other_service'; readonly costPico: PicoUsd };

/** Codes in CUR and names in Cost Explorer of what bills Bedrock's models. Source: AWS Price List, as of 2026-10. */
const BEDROCK =
  /^(AmazonBedrock|AmazonBedrockService|AmazonBedrockFoundationModels|(Amazon )?Bedrock( Service)?|.*\((Amazon )?Bedrock Edition\))$/;
const EDITION = /\((Amazon )?Bedrock Edition\)$/;
const BEDROCK_ARN = /^arn:aws[a-z-]*:bedrock:/;
/** `arn:aws:bedrock:us-east-1::foundation-model/<id>`, `.../inference-profile/<id>`. */
const MODEL_ARN = /^arn:aws[a-z-]*:bedrock:[^/]*:(?:foundation-model|inference-profile)\/([^/]+)/;
/** Source: AWS Data Exports, Bedrock operations, 2026-01. Marketplace rows may have no other mark. */
const INFERENCE = /^(InvokeModel(Streaming)?Inference|CreateModelInvocationJob)$/;
const USAGE = /^(Discounted|SavingsPlanCovered)?Usage$/;
const FEATURE_NAME = /^[a-z0-9][a-z0-9_-]{0,47}$/;

export type BillReading = {
  readonly shape: BillShape;
  readonly models: BilledModels;
  readonly settings: Pick<Settings, 'environment' | 'features' | 'models'>;
};

/** Understands a row. Total: every row is exactly one line, with the row's whole cost. */
export function readBillRow(row: BillRow, reading: BillReading): BillLine {
  const { costPico, lineType } = row;
  const ofBedrock = isBedrock(row, reading);
  if (!USAGE.test(lineType))
    return ofBedrock || row.products.length === 0 ? { kind: 'set_aside', lineType, costPico } : { kind: 'other_service', costPico };
  if (!ofBedrock) return { kind: 'other_service', costPico };
  const usage = parseUsageType(row.usageType);
  const place = placeOf(row, usage, reading);
  const tokens = usage === undefined ? undefined : tokensOf(row, usage);
  return { kind: 'usage', place, costPico, ...(usage === undefined || tokens === undefined ? {} : { meter: usage.meter, tokens }) };
}

function isBedrock(row: BillRow, { shape, settings }: BillReading): boolean {
  if (row.products.some((product) => BEDROCK.test(product))) return true;
  if (INFERENCE.test(row.operation) || BEDROCK_ARN.test(row.resourceId)) return true;
  if (row.products.length > 0) return false;
  // Cost Explorer without services: what is left to go by are meters of tokens, else the tag.
  return shape.mode ? parseUsageType(row.usageType) !== undefined : Object.hasOwn(settings.features, row.tags.feature ?? '');
}

function placeOf(row: BillRow, usage: UsageType | undefined, { shape, models, settings }: BillReading): Place {
  const profile = models.profile(row.resourceId);
  const mode = shape.mode ? (usage?.mode ?? '') : '';
  const feature = mode === 'batch' || !shape.feature ? '' : (profile?.feature ?? taggedFeature(row, settings));
  if (!shape.model) return { day: row.day, model: '', feature, mode, unmapped: false };
  const names = [MODEL_ARN.exec(row.resourceId)?.[1], usage?.name, ...row.products.filter((product) => EDITION.test(product))];
  // A usage type that counts no tokens is not a call, whatever model it names: provisioned throughput, guardrails, customization.
  const counts = usage !== undefined || !shape.mode;
  const label = counts
    ? (profile?.label ?? names.map((name) => models.labelOfName(name ?? '')).find((each) => each !== undefined))
    : undefined;
  if (label !== undefined) return { day: row.day, model: label, feature, mode, unmapped: false };
  return { day: row.day, model: ownWord(row, usage), feature, mode, unmapped: true };
}

/** What the bill calls a model, or else the usage, that is not configured. */
const ownWord = (row: BillRow, usage: UsageType | undefined): string =>
  [row.products.find((product) => EDITION.test(product)), usage?.name, row.usageType, ...row.products].find(
    (word) => word !== undefined && word !== '',
  ) ?? 'Bedrock';

/** Profiles of another environment's stack carry the same features: not ours. */
function taggedFeature({ tags }: BillRow, { environment }: Pick<Settings, 'environment'>): string {
  if (tags.environment !== undefined && tags.environment !== environment) return '';
  return tags.feature !== undefined && FEATURE_NAME.test(tags.feature) ? tags.feature : '';
}

function tokensOf({ quantity }: BillRow, usage: UsageType): bigint | undefined {
  if (quantity === undefined) return undefined;
  const exponent = quantity.units.map(unitExponentOf).find((each) => each !== undefined);
  return scaledDecimal(quantity.amount, exponent ?? usage.unitExponent);
}
