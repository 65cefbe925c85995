import type { BillRow } from './bill-row.ts';
import { type Grouping, groupRow } from './cost-explorer.ts';
import { dayOf } from './cur-columns.ts';
import { scaledDecimal } from './decimal.ts';
import { quoted } from './shown.ts';

/**
 * How the CSV of Cost Explorer's console is laid out: a corner with the name of the grouping, then amounts by group and day, days downwards (as
 * the console writes it) or across. Source: exports as published, 2022 to 2026.
 */
export type ConsoleLayout = {
  readonly grouping: Grouping;
  readonly days: 'down' | 'across';
  /** The group, or the day, of each column that holds money. */
  readonly columns: readonly { readonly index: number; readonly name: string }[];
};

const GROUPINGS: Readonly<Record<string, Grouping>> = {
  service: 'SERVICE',
  'usage type': 'USAGE_TYPE',
  feature: 'FEATURE',
  'user:feature': 'FEATURE',
  'tag: feature': 'FEATURE',
};
/** `Bedrock($)`: money. Usage has its own unit: `(Hrs)`. */
const MONEY = /^(.*?) ?\((?:\$|USD)\)$/;
const TOTAL = /^Total costs?$|\btotal$/i;

/** The layout that a header announces, or what is wrong with it; undefined when it is no header of Cost Explorer. */
export function consoleLayout(header: readonly string[]): ConsoleLayout | string | undefined {
  const [corner = '', ...names] = header.map((name) => name.trim());
  const across = names.some((name) => dayOf(name) !== undefined);
  const amounts = names.map((name) => (across ? name : (MONEY.exec(name)?.[1] ?? '')));
  if (!across && amounts.every((name) => name === ''))
    return names.some((name) => /^Total costs? ?\(/.test(name))
      ? `its amounts are ${quoted(names.at(-1) ?? '')}: only bills in USD can be compared`
      : undefined;
  const grouping = GROUPINGS[corner.toLowerCase()];
  if (grouping === undefined) return `it is grouped by ${quoted(corner)}: group by Service, by Usage type or by the tag feature`;
  const columns = amounts.map((name, at) => ({ index: at + 1, name })).filter(({ name }) => name !== '' && !TOTAL.test(name));
  return { grouping, days: across ? 'across' : 'down', columns };
}

/** The amounts of one record, none for a total; or what is wrong with it. */
export function readConsoleRecord({ grouping, days, columns }: ConsoleLayout, record: readonly string[]): readonly BillRow[] | string {
  const [label = ''] = record.map((cell) => cell.trim());
  if (TOTAL.test(label)) return [];
  const rows: BillRow[] = [];
  for (const { index, name } of columns) {
    const [amount, group, date] = [record[index]?.trim() ?? '', days === 'down' ? name : label, days === 'down' ? label : name];
    const day = dayOf(date);
    if (day === undefined) return `${quoted(date)} is no date`;
    if (amount === '') continue;
    const costPico = scaledDecimal(amount, 12);
    if (costPico === undefined) return `${quoted(amount)} is no number`;
    rows.push(groupRow([grouping], [group], day, costPico));
  }
  return rows;
}
