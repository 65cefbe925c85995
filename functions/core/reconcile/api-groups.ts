import { addDays } from '../calendar.ts';
import type { BillRow } from './bill-row.ts';
import { type Grouping, groupRow } from './cost-explorer.ts';
import { dayOf } from './cur-columns.ts';
import { scaledDecimal } from './decimal.ts';
import { quoted } from './shown.ts';

type Amount = { readonly Amount: string; readonly Unit: string };
/** The answer of GetCostAndUsage, as far as it is needed. */
export type ApiAnswer = {
  readonly NextPageToken?: string | null | undefined;
  readonly GroupDefinitions?: readonly { readonly Type: string; readonly Key: string }[] | null | undefined;
  readonly ResultsByTime: readonly {
    readonly TimePeriod: { readonly Start: string; readonly End: string };
    readonly Groups: readonly {
      readonly Keys: readonly string[];
      readonly Metrics: { readonly UnblendedCost?: Amount | undefined; readonly UsageQuantity?: Amount | undefined };
    }[];
  }[];
};

const DIMENSIONS: Readonly<Record<string, Grouping>> = {
  SERVICE: 'SERVICE',
  USAGE_TYPE: 'USAGE_TYPE',
  OPERATION: 'OPERATION',
  RECORD_TYPE: 'RECORD_TYPE',
};

export const apiGroupings = ({ GroupDefinitions }: ApiAnswer): Grouping[] =>
  (GroupDefinitions ?? []).map(({ Type, Key }) => {
    if (Type === 'TAG') return /^(user:)?feature$/.test(Key) ? 'FEATURE' : 'other';
    return Type === 'DIMENSION' ? (DIMENSIONS[Key] ?? 'other') : 'other';
  });

/** The rows of an answer, or what is wrong with it. */
export function readApiAnswer(answer: ApiAnswer, groupings: readonly Grouping[]): readonly BillRow[] | string {
  if (typeof answer.NextPageToken === 'string') return 'it is one page of several (NextPageToken): ask for fewer days';
  const rows: BillRow[] = [];
  for (const { TimePeriod, Groups } of answer.ResultsByTime) {
    const [day, end] = [dayOf(TimePeriod.Start), dayOf(TimePeriod.End)];
    if (day === undefined || end === undefined) return `${quoted(TimePeriod.Start)} or ${quoted(TimePeriod.End)} is no date`;
    if (end > addDays(day, 1)) return 'its periods are longer than a day: ask with --granularity DAILY';
    for (const { Keys, Metrics } of Groups) {
      const { UnblendedCost: cost, UsageQuantity: usage } = Metrics;
      if (cost === undefined) return 'it has no UnblendedCost: ask with --metrics UnblendedCost UsageQuantity';
      if (cost.Unit !== 'USD') return `it is in ${quoted(cost.Unit)}: only bills in USD can be compared`;
      const costPico = scaledDecimal(cost.Amount, 12);
      if (costPico === undefined) return `${quoted(cost.Amount)} is no number`;
      rows.push(groupRow(groupings, Keys, day, costPico, usage === undefined ? undefined : { amount: usage.Amount, unit: usage.Unit }));
    }
  }
  return rows;
}
