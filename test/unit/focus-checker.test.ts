import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { focus } from '../../functions/core/export/focus.ts';
import { rollUp } from '../../functions/core/rollup.ts';
import { NO_USAGE } from '../../functions/core/usage.ts';
import { exportOf } from '../support/export-world.ts';
import { checkFocus, DETERMINED } from '../support/focus-checker.ts';
import { ROW_RULES } from '../support/focus-rules.ts';
import { ledgerEntry } from '../support/ledger-entry.ts';
import { readCsv } from '../support/read-csv.ts';
import { settings } from '../support/settings.ts';

const organization = settings({
  inferenceProfiles: { 'invoice-extractor/haiku': 'arn:aws:bedrock:eu-central-1:1:application-inference-profile/a' },
});
/** Lines 2 and 3: tokens; 4: money without tokens. */
const { text: GOOD } = await exportOf(
  rollUp([ledgerEntry(), ledgerEntry({ kind: 'assumed', usage: NO_USAGE, costPico: 10n ** 12n })]),
  focus(organization),
  organization,
);
const table = readCsv(GOOD).records.map(({ fields }) => fields.map(({ text }) => text));
const names = table[0] ?? [];

const line = (fields: readonly string[]) =>
  fields.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',');
const file = (rows: readonly (readonly string[])[]) => `${rows.map(line).join('\r\n')}\r\n`;

/** The good file with other values in its first row, or another one. */
const withValues = (values: Readonly<Record<string, string>>, row = 1) =>
  file(table.map((fields, at) => (at === row ? fields.map((field, column) => values[names[column] ?? ''] ?? field) : fields)));
const withoutColumn = (column: string) => file(table.map((fields) => fields.filter((_, at) => names[at] !== column)));
const withColumn = (name: string, value: string, at = names.length) =>
  file(table.map((fields, row) => fields.toSpliced(at, 0, row === 0 ? name : value)));

const rulesOf = (csv: string) => checkFocus(csv).map(({ rule, column }) => (column === '' ? rule : `${rule} ${column}`));

const valueOf1 = (column: string) => table[1]?.[names.indexOf(column)] ?? '';
const PRICED = ['ContractedUnitPrice', 'ListUnitPrice', 'PricingCategory', 'PricingQuantity', 'SkuId', 'SkuPriceId'];

/** What is changed in which row, and the rule that it breaks. */
const IN_A_ROW: readonly (readonly [what: string, row: number, values: Readonly<Record<string, string>>, rule: string])[] = [
  ...PRICED.flatMap((column) => [
    [`usage without ${column}`, 1, { [column]: '' }, `${column}-C-005-C ${column}`] as const,
    [`a tax with ${column}`, 1, { ChargeCategory: 'Tax' }, `${column}-C-004-C ${column}`] as const,
  ]),
  ['a list cost that is a pico-dollar off', 1, { ListCost: '0.000000001001' }, 'ListCost-C-009-C ListCost'],
  ['a contracted cost that is off', 1, { ContractedCost: '1' }, 'ContractedCost-C-009-C ContractedCost'],
  ['a negative list price', 1, { ListUnitPrice: '-1' }, 'ListUnitPrice-C-008-M ListUnitPrice'],
  ['a negative contracted price', 1, { ContractedUnitPrice: '-1' }, 'ContractedUnitPrice-C-009-C ContractedUnitPrice'],
  ['a quantity that is not the tokens', 1, { ConsumedQuantity: '999' }, 'ConsumedQuantity-tokens ConsumedQuantity'],
  ['usage of nothing', 1, { ConsumedQuantity: '0' }, 'ConsumedQuantity-C-006-C ConsumedQuantity'],
  ['consumption without a unit', 1, { ConsumedUnit: '' }, 'ConsumedUnit-C-004-C ConsumedUnit'],
  ['price details without a SKU price', 1, { SkuPriceId: '' }, 'SkuPriceDetails-C-004-C SkuPriceDetails'],
  ['a SKU without a meter', 1, { SkuMeter: '' }, 'SkuMeter-C-004-C SkuMeter'],
  ['a quantity without a unit', 1, { PricingUnit: '' }, 'PricingUnit-C-005-C PricingUnit'],
  ['a resource without a type', 1, { ResourceType: '' }, 'ResourceType-C-004-C ResourceType'],
  ['a sub account without a name', 1, { SubAccountName: '' }, 'SubAccountName-C-003-C SubAccountName'],
  ['a sub account without a type', 1, { SubAccountType: '' }, 'SubAccountType-C-003-C SubAccountType'],
  ['money that another is paid', 1, { InvoiceIssuerName: 'Reseller' }, 'BilledCost-C-004-C BilledCost'],
  ['a purchase by usage', 1, { ChargeCategory: 'Purchase' }, 'ChargeFrequency-C-004-C ChargeFrequency'],
  ['a charge that ends before it starts', 1, { ChargePeriodEnd: '2026-11-20T23:00:00Z' }, 'ChargePeriodEnd-C-004-M ChargePeriodEnd'],
  ['a month that ends before it starts', 1, { BillingPeriodEnd: '2026-09-30T22:00:00Z' }, 'BillingPeriodEnd-C-004-M BillingPeriodEnd'],
  ['a charge before its month', 1, { ChargePeriodStart: '2026-09-30T23:00:00Z' }, 'BillingPeriodStart-C-004-M BillingPeriodStart'],
  ['a charge after its month', 1, { ChargePeriodEnd: '2026-12-24T23:00:00Z' }, 'BillingPeriodEnd-charge BillingPeriodEnd'],
  ['consumption of an adjustment', 3, { ConsumedQuantity: '1' }, 'ConsumedQuantity-C-004-C ConsumedQuantity'],
  ['an adjustment without a SKU price', 3, { SkuPriceId: '', SkuPriceDetails: '' }, 'SkuPriceId-every-row SkuPriceId'],
  ['an unpriced cost that is not billed', 3, { ListUnitPrice: '', ListCost: '2' }, 'ListCost-C-008-C ListCost'],
  ['an adjustment whose effective cost is not billed', 3, { EffectiveCost: '2' }, 'EffectiveCost-C-010-C EffectiveCost'],
  ['a SKU price of two SKUs', 3, { SkuPriceId: valueOf1('SkuPriceId') }, 'SkuPriceId-C-008-M SkuId'],
  ['a SKU price with two sets of details', 3, { SkuPriceId: valueOf1('SkuPriceId') }, 'SkuPriceDetails-C-007-M SkuPriceDetails'],
  ['a SKU price in two units', 3, { SkuPriceId: valueOf1('SkuPriceId') }, 'PricingUnit-C-008-M PricingUnit'],
  ['a SKU of two meters', 3, { SkuId: valueOf1('SkuId') }, 'SkuMeter-C-006-O SkuMeter'],
  ['a service of two categories', 3, { ServiceCategory: 'Compute' }, 'ServiceName-C-005-C ServiceCategory'],
  ['a sub account of two names', 3, { SubAccountName: 'Finance' }, 'SubAccountName-one SubAccountName'],
];

describe('the FOCUS checker', () => {
  it('finds nothing in a good file', () => {
    expect(table).toHaveLength(4);
    expect(checkFocus(GOOD)).toEqual([]);
    expect(checkFocus(file(table))).toEqual([]);
  });

  it.each([
    ['a missing mandatory column', withoutColumn('BilledCost'), 'CostAndUsage-D-001-M BilledCost'],
    ['a missing conditional column', withoutColumn('SkuMeter'), 'CostAndUsage-D-001-M SkuMeter'],
    ['a column of no specification', withColumn('Feature', 'a'), 'ColumnHandling Feature'],
    ['a column twice', withColumn('BilledCost', '1'), 'ColumnHandling BilledCost'],
    ['a custom column that is not Pascal case', withColumn('x_feature_name', 'a'), 'ColumnHandling x_feature_name'],
    ['a FOCUS column after a custom one', withColumn('AvailabilityZone', ''), 'ColumnHandling AvailabilityZone'],
  ])('sees %s', (_, csv, rule) => {
    expect(rulesOf(csv)).toContain(rule);
  });

  it.each([
    ['an exponent', { ListUnitPrice: '1e-6' }, 'NumericFormat ListUnitPrice'],
    ['a plus sign', { BilledCost: '+0.001' }, 'NumericFormat BilledCost'],
    ['a thousands separator', { ConsumedQuantity: '1,000' }, 'NumericFormat ConsumedQuantity'],
    ['a currency sign', { ListCost: '$1' }, 'NumericFormat ListCost'],
    ['an instant without its zone', { ChargePeriodStart: '2026-11-21T23:00:00' }, 'DateTimeFormat ChargePeriodStart'],
    ['an instant with milliseconds', { ChargePeriodStart: '2026-11-21T23:00:00.000Z' }, 'DateTimeFormat ChargePeriodStart'],
    ['a day that does not exist', { ChargePeriodStart: '2026-02-30T23:00:00Z' }, 'DateTimeFormat ChargePeriodStart'],
    ['a currency’s name', { BillingCurrency: 'Dollar' }, 'CurrencyFormat BillingCurrency'],
    ['a unit in small letters', { PricingUnit: 'tokens' }, 'UnitFormat PricingUnit'],
    ['tags that are no JSON', { Tags: 'team=finance' }, 'KeyValueFormat Tags'],
    ['tags within tags', { Tags: '{"team":{"name":"finance"}}' }, 'KeyValueFormat Tags'],
    ['a tag twice', { Tags: '{"team":"a","team":"b"}' }, 'KeyValueFormat Tags'],
    ['a placeholder', { RegionId: 'N/A' }, 'NullHandling RegionId'],
    ['a space at the end', { ServiceName: 'Amazon Bedrock ' }, 'StringHandling ServiceName'],
    ['a null that must not be', { ProviderName: '' }, 'ProviderName-nullability ProviderName'],
    ['a charge category of its own', { ChargeCategory: 'Estimate' }, 'ChargeCategory-allowed-values ChargeCategory'],
    ['a pricing category of its own', { PricingCategory: 'Batch' }, 'PricingCategory-allowed-values PricingCategory'],
    ['a service category of its own', { ServiceCategory: 'AI' }, 'ServiceCategory-allowed-values ServiceCategory'],
    ['a charge class of its own', { ChargeClass: 'Estimate' }, 'ChargeClass-allowed-values ChargeClass'],
  ])('sees the value of %s', (_, values, rule) => {
    expect(rulesOf(withValues(values))).toContain(rule);
  });

  it.each(IN_A_ROW)('sees %s', (_, row, values, rule) => {
    expect(rulesOf(withValues(values, row))).toContain(rule);
  });

  it('has been seen to bite with every rule that it has', () => {
    const bitten = new Set(IN_A_ROW.map(([, , , rule]) => rule.split(' ')[0]));
    expect([...ROW_RULES, ...DETERMINED.map(([rule]) => ({ rule }))].map(({ rule }) => rule).filter((rule) => !bitten.has(rule))).toEqual(
      [],
    );
  });

  it('sees the same charge twice', () => {
    expect(rulesOf(file([...table, ...table.slice(1, 2)]))).toEqual(['unique']);
  });

  it.each([
    ['a line feed alone', GOOD.replaceAll('\r\n', '\n')],
    ['a field too many', GOOD.replace(/\r\n$/, ',\r\n')],
    ['a quote within a field', GOOD.replace('Amazon Bedrock', 'Amazon "Bedrock"')],
    ['an end without CRLF', GOOD.replace(/\r\n$/, '')],
  ])('sees %s, which is no RFC 4180', (_, csv) => {
    expect(rulesOf(csv)).toContain('RFC4180');
  });

  it('takes NULL for null, and a quoted nothing for a placeholder', () => {
    expect(checkFocus(withValues({ InvoiceId: 'NULL' }))).toEqual([]);
    expect(rulesOf(GOOD.replace(',USD,', ',"",'))).toContain('NullHandling BillingCurrency');
  });
});

const SAMPLE = resolve(import.meta.dirname, '../../../shared/data/spend/focus/focus_sample.csv');
describe.skipIf(!existsSync(SAMPLE))('a sample of FOCUS 1.0 by three providers (skipped where the file is absent)', () => {
  const sample = () => checkFocus(readFileSync(SAMPLE, 'utf8').replaceAll(/\r?\n/g, '\r\n'));

  it('lacks the columns that came later', () => {
    const missing = sample().filter(({ rule }) => rule === 'CostAndUsage-D-001-M');
    expect(missing.map(({ column }) => column)).toEqual(['BillingAccountType', 'SkuMeter', 'SkuPriceDetails', 'SubAccountType']);
  });

  it('has no instant as it is to be written, and no number that is not', () => {
    const rules = Map.groupBy(sample(), ({ rule }) => rule);
    expect(rules.get('DateTimeFormat')).toHaveLength(4 * 1000);
    expect([rules.has('NumericFormat'), rules.has('RFC4180')]).toEqual([false, false]);
  });

  it('rounds costs, so that price times quantity is not the cost', () => {
    expect(sample().filter(({ rule }) => rule === 'ListCost-C-009-C').length).toBeGreaterThan(100);
  });
});
