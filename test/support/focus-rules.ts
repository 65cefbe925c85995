import { compare, decimal, PLAIN_NUMBER, times, ZERO } from './decimal.ts';

/** A row's value by column; null where the field is empty or the column absent. */
export type FocusRow = (column: string) => string | null;
export type RowRule = { readonly rule: string; readonly column: string; readonly says: string; readonly holds: (row: FocusRow) => boolean };

const isNull = (row: FocusRow, column: string): boolean => row(column) === null;
/** A number, or undefined where there is none or one that the format rules report. */
function number(row: FocusRow, column: string) {
  const text = row(column);
  return text !== null && PLAIN_NUMBER.test(text) ? decimal(text) : undefined;
}
const isUsage = (row: FocusRow): boolean => row('ChargeCategory') === 'Usage';
const isPriced = (row: FocusRow): boolean => (isUsage(row) || row('ChargeCategory') === 'Purchase') && row('ChargeClass') !== 'Correction';
const isTax = (row: FocusRow): boolean => row('ChargeCategory') === 'Tax';

const rule = (id: string, says: string, holds: RowRule['holds']): RowRule => ({ rule: id, column: id.split('-')[0] ?? id, says, holds });

/** Not null for usage and purchases, null for taxes: rules 004/005 of all these columns (PricingUnit follows PricingQuantity). */
const PRICED = ['ContractedUnitPrice', 'ListUnitPrice', 'PricingCategory', 'PricingQuantity', 'SkuId', 'SkuPriceId'];
const priced = PRICED.flatMap((column) => [
  rule(`${column}-C-005-C`, 'not null for usage and purchases', (row) => !isPriced(row) || !isNull(row, column)),
  rule(`${column}-C-004-C`, 'null for taxes', (row) => !isTax(row) || isNull(row, column)),
]);

/** Null together. */
const TOGETHER = [
  ['PricingUnit-C-005-C', 'PricingUnit', 'PricingQuantity'],
  ['ConsumedUnit-C-004-C', 'ConsumedUnit', 'ConsumedQuantity'],
  ['SkuMeter-C-004-C', 'SkuMeter', 'SkuId'],
  ['ResourceType-C-004-C', 'ResourceType', 'ResourceId'],
  ['SubAccountName-C-003-C', 'SubAccountName', 'SubAccountId'],
  ['SubAccountType-C-003-C', 'SubAccountType', 'SubAccountId'],
] as const;
const together = TOGETHER.map(([id, column, other]) => rule(id, `null with ${other}`, (row) => isNull(row, column) === isNull(row, other)));

/** unit price x quantity = cost, as exact decimals. */
const product = (id: string, unitPrice: string, cost: string): RowRule =>
  rule(id, `${unitPrice} x PricingQuantity`, (row) => {
    const [price, quantity, total] = [number(row, unitPrice), number(row, 'PricingQuantity'), number(row, cost)];
    return !price || !quantity || !total || row('ChargeClass') === 'Correction' || compare(times(price, quantity), total) === 0;
  });
const notNegative = (id: string, column: string): RowRule =>
  rule(id, 'not negative', (row) => compare(number(row, column) ?? ZERO, ZERO) >= 0);
const same = (row: FocusRow, a: string, b: string): boolean => {
  const [left, right] = [number(row, a), number(row, b)];
  return left === undefined || right === undefined || compare(left, right) === 0;
};

const costs = [
  product('ListCost-C-009-C', 'ListUnitPrice', 'ListCost'),
  product('ContractedCost-C-009-C', 'ContractedUnitPrice', 'ContractedCost'),
  notNegative('ListUnitPrice-C-008-M', 'ListUnitPrice'),
  notNegative('ContractedUnitPrice-C-009-C', 'ContractedUnitPrice'),
  rule(
    'ListCost-C-008-C',
    'BilledCost where there is no ListUnitPrice',
    (row) => isTax(row) || !isNull(row, 'ListUnitPrice') || same(row, 'ListCost', 'BilledCost'),
  ),
  rule(
    'EffectiveCost-C-010-C',
    'BilledCost for credits and adjustments',
    (row) => isUsage(row) || isTax(row) || row('ChargeCategory') === 'Purchase' || same(row, 'EffectiveCost', 'BilledCost'),
  ),
  rule(
    'BilledCost-C-004-C',
    '0 where another than the provider is paid',
    (row) => row('ProviderName') === row('InvoiceIssuerName') || compare(number(row, 'BilledCost') ?? ZERO, ZERO) === 0,
  ),
];

/** `1000000 Tokens` of `PricingUnit` are so many of `ConsumedUnit`'s tokens: not a rule of FOCUS, but of arithmetic. */
function tokensAgree(row: FocusRow): boolean {
  const [consumed, quantity] = [number(row, 'ConsumedQuantity'), number(row, 'PricingQuantity')];
  const size = /^(?:(\d+) )?Tokens$/.exec(row('PricingUnit') ?? '');
  if (consumed === undefined || quantity === undefined || size === null || row('ConsumedUnit') !== 'Tokens') return true;
  return compare(consumed, times(quantity, decimal(size[1] ?? '1'))) === 0;
}

const before = (row: FocusRow, a: string, b: string, orSame = false): boolean => {
  const [first, second] = [Date.parse(row(a) ?? ''), Date.parse(row(b) ?? '')];
  return Number.isNaN(first) || Number.isNaN(second) || first < second || (orSame && first === second);
};

/** What holds, or does not, within one row. */
export const ROW_RULES: readonly RowRule[] = [
  ...priced,
  ...together,
  ...costs,
  rule('SkuPriceId-every-row', 'never null in this file', (row) => !isNull(row, 'SkuPriceId')),
  rule('ConsumedQuantity-C-004-C', 'null but for usage', (row) => isUsage(row) || isNull(row, 'ConsumedQuantity')),
  rule(
    'ConsumedQuantity-C-006-C',
    'positive for usage',
    (row) => !isUsage(row) || row('ChargeClass') === 'Correction' || compare(number(row, 'ConsumedQuantity') ?? ZERO, ZERO) > 0,
  ),
  rule('ConsumedQuantity-tokens', 'PricingQuantity x PricingUnit', tokensAgree),
  rule('SkuPriceDetails-C-004-C', 'null without SkuPriceId', (row) => !isNull(row, 'SkuPriceId') || isNull(row, 'SkuPriceDetails')),
  rule(
    'ChargeFrequency-C-004-C',
    'not Usage-Based for purchases',
    (row) => row('ChargeCategory') !== 'Purchase' || row('ChargeFrequency') !== 'Usage-Based',
  ),
  rule('ChargePeriodEnd-C-004-M', 'after ChargePeriodStart', (row) => before(row, 'ChargePeriodStart', 'ChargePeriodEnd')),
  rule('BillingPeriodEnd-C-004-M', 'after BillingPeriodStart', (row) => before(row, 'BillingPeriodStart', 'BillingPeriodEnd')),
  rule('BillingPeriodStart-C-004-M', 'not after ChargePeriodStart', (row) => before(row, 'BillingPeriodStart', 'ChargePeriodStart', true)),
  rule('BillingPeriodEnd-charge', 'not before ChargePeriodEnd', (row) => before(row, 'ChargePeriodEnd', 'BillingPeriodEnd', true)),
];
