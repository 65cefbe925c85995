import type { PicoUsd } from '../money.ts';
import type { BillRow, BillShape } from './bill-row.ts';

/** What Cost Explorer can group by, as far as it tells anything here. `other` groups are added up. */
export type Grouping = 'SERVICE' | 'USAGE_TYPE' | 'OPERATION' | 'RECORD_TYPE' | 'FEATURE' | 'other';

export const costExplorerShape = (groupings: readonly Grouping[]): BillShape => ({
  format: 'Cost Explorer',
  model: groupings.includes('SERVICE') || groupings.includes('USAGE_TYPE'),
  feature: groupings.includes('FEATURE'),
  mode: groupings.includes('USAGE_TYPE'),
});

/** Whether such an export says enough: something that names models or features. */
export const canBeCompared = ({ model, feature }: BillShape): boolean => model || feature;

/** Pseudo services, of the whole account. */
const ACCOUNT_LINES = /^(Tax|Refund|Credit|AWS Support.*|Support \(.*\))$/;

/** One amount of one group on one day. `keys` are the values of the groupings, in their order. */
export function groupRow(
  groupings: readonly Grouping[],
  keys: readonly string[],
  day: string,
  costPico: PicoUsd,
  quantity?: { readonly amount: string; readonly unit: string },
): BillRow {
  const keyOf = (grouping: Grouping): string => keys[groupings.indexOf(grouping)] ?? '';
  const service = keyOf('SERVICE');
  const ofAccount = ACCOUNT_LINES.test(service);
  return {
    ...{ day, costPico, usageType: keyOf('USAGE_TYPE'), operation: keyOf('OPERATION'), resourceId: '' },
    lineType: recordType(keyOf('RECORD_TYPE'), ofAccount ? service : 'Usage'),
    products: service === '' || ofAccount ? [] : [service],
    tags: featureTag(keyOf('FEATURE')),
    ...(quantity === undefined ? {} : { quantity: { amount: quantity.amount, units: [quantity.unit] } }),
  };
}

/** `DiscountedUsage` and `Usage` as CUR has them; `Credit`, `Tax`, `Support fee` as they are. */
const recordType = (given: string, otherwise: string): string => (given === '' ? otherwise : given);

/** `feature$invoice-extractor` of the API, `invoice-extractor` of the console; `feature$` and `No tag key: feature` are without. */
function featureTag(value: string): BillRow['tags'] {
  const feature = value.slice(value.indexOf('$') + 1);
  return feature === '' || feature.startsWith('No tag') ? {} : { feature };
}
