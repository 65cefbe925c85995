import { addDays } from '../calendar.ts';
import { member } from '../member.ts';
import { parseJson } from '../parse-json.ts';
import type { BillRow } from './bill-row.ts';
import { scaledDecimal } from './decimal.ts';
import { quoted } from './shown.ts';

/** What a Cost and Usage Report has to have, under the names of CUR 2.0. */
export const REQUIRED_COLUMNS = [
  'line_item_usage_start_date',
  'line_item_line_item_type',
  'line_item_product_code',
  'line_item_usage_type',
  'line_item_unblended_cost',
] as const;
/** What makes the comparison finer where it is there. Source: AWS Data Exports user guide, CUR 2.0 table dictionary. */
const OPTIONAL_COLUMNS = [
  ...['line_item_usage_end_date', 'line_item_operation', 'line_item_resource_id', 'line_item_usage_amount', 'pricing_unit'],
  ...['line_item_line_item_description', 'line_item_currency_code', 'product', 'product_product_name', 'product_servicename'],
  ...['resource_tags', 'tags', 'resource_tags_user_feature', 'resource_tags_user_environment'],
] as const;

/** Where each column of a report is; those that it lacks are absent. */
export type CurColumns = ReadonlyMap<string, number>;

/** `lineItem/UsageStartDate` and `resourceTags/user:feature` of the older report as CUR 2.0 has them. */
const modernName = (header: string): string =>
  header
    .trim()
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[/:]/g, '_')
    .toLowerCase();

export function curColumns(header: readonly string[]): { readonly columns: CurColumns; readonly missing: readonly string[] } {
  const at = new Map(header.map((name, index) => [modernName(name), index]));
  const wanted = [...REQUIRED_COLUMNS, ...OPTIONAL_COLUMNS].flatMap((name) => {
    const index = at.get(name);
    return index === undefined ? [] : [[name, index] as const];
  });
  return { columns: new Map(wanted), missing: REQUIRED_COLUMNS.filter((name) => !at.has(name)) };
}

/** A row of a report, or what is wrong with it: a sentence. */
export function readCurRow(cells: readonly string[], columns: CurColumns): BillRow | string {
  const cell = (name: (typeof REQUIRED_COLUMNS | typeof OPTIONAL_COLUMNS)[number]): string => cells[columns.get(name) ?? -1] ?? '';
  const day = dayOf(cell('line_item_usage_start_date'));
  if (day === undefined) return `${quoted(cell('line_item_usage_start_date'))} in line_item_usage_start_date is no date`;
  const costPico = scaledDecimal(cell('line_item_unblended_cost') || '0', 12);
  if (costPico === undefined) return `${quoted(cell('line_item_unblended_cost'))} in line_item_unblended_cost is no number`;
  const currency = cell('line_item_currency_code');
  if (currency !== '' && currency !== 'USD') return `it is in ${quoted(currency)}: only bills in USD can be compared`;
  const [lineType, usageType] = [cell('line_item_line_item_type'), cell('line_item_usage_type')];
  if (/usage$/i.test(lineType) && /token/i.test(usageType) && isLonger(day, cell('line_item_usage_end_date')))
    return 'its lines are longer than a day: export with time granularity hourly or daily';
  return {
    ...{ day, costPico, lineType, usageType, operation: cell('line_item_operation'), resourceId: cell('line_item_resource_id') },
    products: productsOf(cell('line_item_product_code'), cell('product_product_name'), cell('product_servicename'), cell('product')),
    tags: {
      ...tagOf('feature', cell('resource_tags_user_feature'), cell('resource_tags'), cell('tags')),
      ...tagOf('environment', cell('resource_tags_user_environment'), cell('resource_tags'), cell('tags')),
    },
    quantity: { amount: cell('line_item_usage_amount'), units: [cell('pricing_unit'), cell('line_item_line_item_description')] },
  };
}

/** The day of `2026-11-02T00:00:00.000Z` or `2026-11-02 00:00:00`: UTC, as all times of a report. */
export function dayOf(text: string): string | undefined {
  const day = /^(\d{4}-\d{2}-\d{2})(?:[T ][\d:.]*Z?)?$/.exec(text)?.[1];
  return day === undefined || Number.isNaN(Date.parse(`${day}T00:00:00Z`)) ? undefined : day;
}

function isLonger(day: string, end: string): boolean {
  const last = dayOf(end);
  return last !== undefined && last > addDays(day, 1);
}

/** Sold through AWS Marketplace a model's code is opaque and the `product` map, JSON, has its name. Looked into only where it can be Bedrock's. */
function productsOf(...[code, name, service, map]: readonly [string, string, string, string]): string[] {
  const parsed = map.includes('Bedrock') ? parseJson(map) : undefined;
  return [code, name, service, member(parsed, 'product_name'), member(parsed, 'servicename')].filter(
    (each): each is string => typeof each === 'string' && each !== '',
  );
}

/** A cost allocation tag of the resource: in a column of its own, or in a map, JSON, under one of the spellings of CUR 2.0. */
function tagOf(key: 'feature' | 'environment', column: string, ...maps: readonly string[]): BillRow['tags'] {
  if (column !== '') return { [key]: column };
  for (const map of maps) {
    if (!map.includes(key)) continue;
    const parsed = parseJson(map);
    for (const spelling of [`user_${key}`, `user:${key}`, `resourceTags/${key}`, `resourceTags/user:${key}`, key]) {
      const value = member(parsed, spelling);
      if (typeof value === 'string' && value !== '') return { [key]: value };
    }
  }
  return {};
}
