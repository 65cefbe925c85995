import { PLAIN_NUMBER } from './decimal.ts';
import { type ColumnFormat, FOCUS_1_2, FOCUS_1_3, type FocusColumn } from './focus-columns.ts';
import { type FocusRow, ROW_RULES } from './focus-rules.ts';
import { type CsvRecord, readCsv } from './read-csv.ts';

/**
 * Checks a CSV file against FOCUS 1.2, as somebody who knows nothing of who made it. Rules are named as in the specification's requirements
 * model (FinOps-Open-Cost-and-Usage-Spec/FOCUS_Spec, dataset CostAndUsage 1.2: `<Column>-C-nnn`, `CostAndUsage-D-nnn`) or after its attributes
 * (NumericFormat, DateTimeFormat, UnitFormat, KeyValueFormat, CurrencyFormat, NullHandling, StringHandling, ColumnHandling). Left out: what no
 * single file can show, and EffectiveCost-C-004-M, which is encoded against its own text. `NULL` and an empty field are null; costs are exact decimals.
 */
export type Violation = { readonly rule: string; readonly line: number; readonly column: string; readonly says: string };

const KNOWN: Readonly<Record<string, FocusColumn>> = { ...FOCUS_1_2, ...FOCUS_1_3 };

export function checkFocus(csv: string): readonly Violation[] {
  const { records, problems } = readCsv(csv);
  const [head, ...rows] = records;
  const names = head?.fields.map(({ text }) => text) ?? [];
  const broken = problems.map(({ line, says }) => ({ rule: 'RFC4180', line, column: '', says }));
  if (broken.length > 0) return broken;
  const numbered = rows.map((record) => ({ line: record.line, row: rowOf(names, record) }));
  return [
    ...header(names),
    ...rows.flatMap((record) => names.flatMap((name, at) => field(name, record, at))),
    ...numbered.flatMap(({ line, row }) =>
      ROW_RULES.filter(({ column, holds }) => names.includes(column) && !holds(row)).map(({ rule, column, says }) => ({
        ...{ rule, line, column, says: `${column} = ${row(column)}: ${says}` },
      })),
    ),
    ...acrossRows(names, numbered),
  ];
}

function rowOf(names: readonly string[], { fields }: CsvRecord): FocusRow {
  const values = new Map(names.map((name, at) => [name, nullable(fields[at])]));
  return (column) => values.get(column) ?? null;
}

const nullable = (found: CsvRecord['fields'][number] | undefined): string | null =>
  found === undefined || (!found.quoted && (found.text === '' || found.text === 'NULL')) ? null : found.text;

function header(names: readonly string[]): Violation[] {
  const custom = names.findIndex((name) => name.startsWith('x_'));
  const violation = (rule: string, column: string, says: string): Violation => ({ rule, line: 1, column, says });
  return [
    ...Object.entries(FOCUS_1_2)
      .filter(([name, { present }]) => present !== 'may' && !names.includes(name))
      .map(([name]) => violation('CostAndUsage-D-001-M', name, 'missing')),
    ...names.filter((name, at) => names.indexOf(name) !== at).map((name) => violation('ColumnHandling', name, 'twice')),
    ...names
      .filter((name) => !Object.hasOwn(KNOWN, name) && !/^x_[A-Z][A-Za-z0-9]{0,47}$/.test(name))
      .map((name) => violation('ColumnHandling', name, 'neither of FOCUS nor x_PascalCase')),
    ...names
      .filter((name, at) => custom !== -1 && at > custom && !name.startsWith('x_'))
      .map((name) => violation('ColumnHandling', name, 'after custom columns')),
  ];
}

const FORMATS: Readonly<Record<ColumnFormat, readonly [rule: string, matches: (text: string) => boolean]>> = {
  text: ['StringHandling', (text) => text.trim() === text],
  decimal: ['NumericFormat', (text) => PLAIN_NUMBER.test(text)],
  instant: ['DateTimeFormat', isInstant],
  currency: ['CurrencyFormat', (text) => /^[A-Z]{3}$/.test(text)],
  unit: ['UnitFormat', (text) => /^([1-9]\d* )?([A-Z][A-Za-z]*s|[KMGTPE]?i?[bB])(-[A-Z][a-z]*s|\/[A-Z][a-z]*)?$/.test(text)],
  object: ['KeyValueFormat', isFlatObject],
};

/** What is wrong with one value, whatever the others are. */
function field(name: string, { line, fields }: CsvRecord, at: number): Violation[] {
  const [known, value] = [KNOWN[name], nullable(fields[at])];
  const violation = (rule: string, says: string): Violation => ({ rule, line, column: name, says: `${name} = ${value}: ${says}` });
  if (value !== null && /^\s*$|^(null|none|n\/a|not applicable)$/i.test(value)) return [violation('NullHandling', 'a placeholder')];
  if (known === undefined) return [];
  if (value === null) return known.nullable ? [] : [violation(`${name}-nullability`, 'null')];
  const [rule, matches] = FORMATS[known.format];
  if (!matches(value)) return [violation(rule, known.format)];
  return known.allowed === undefined || known.allowed.includes(value)
    ? []
    : [violation(`${name}-allowed-values`, known.allowed.join(', '))];
}

function isInstant(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) || Number.isNaN(Date.parse(text))) return false;
  return new Date(text).toISOString() === text.replace('Z', '.000Z');
}

/** An object whose values are no objects; a key that is there twice would silently lose one of them. */
function isFlatObject(text: string): boolean {
  try {
    const object: unknown = JSON.parse(text);
    if (typeof object !== 'object' || object === null || Array.isArray(object)) return false;
    const keys = [...text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)].filter(([, colon]) => colon !== undefined);
    return keys.length === Object.keys(object).length && Object.values(object).every((each) => each === null || typeof each !== 'object');
  } catch {
    return false;
  }
}

/** Each left value has one right value in the whole file. */
export const DETERMINED = [
  ['SkuPriceId-C-008-M', 'SkuPriceId', 'SkuId'],
  ['SkuPriceDetails-C-007-M', 'SkuPriceId', 'SkuPriceDetails'],
  ['SkuMeter-C-006-O', 'SkuId', 'SkuMeter'],
  ['PricingUnit-C-008-M', 'SkuPriceId', 'PricingUnit'],
  ['ServiceName-C-005-C', 'ServiceName', 'ServiceCategory'],
  ['SubAccountName-one', 'SubAccountId', 'SubAccountName'],
] as const;

const METRICS = /Cost$|Quantity$|^x_RequestCount$/;

function acrossRows(names: readonly string[], rows: readonly { readonly line: number; readonly row: FocusRow }[]): Violation[] {
  const first = new Map<string, string | null>();
  const found: Violation[] = [];
  for (const { line, row } of rows) {
    for (const [rule, from, to] of DETERMINED) {
      const key = JSON.stringify([rule, row(from)]);
      if (!names.includes(from) || !names.includes(to) || row(from) === null) continue;
      if (!first.has(key)) first.set(key, row(to));
      else if (first.get(key) !== row(to))
        found.push({ rule, line, column: to, says: `${from} = ${row(from)} has two: ${first.get(key)}, ${row(to)}` });
    }
    const whole = JSON.stringify(names.filter((name) => !METRICS.test(name)).map(row));
    if (first.has(whole)) found.push({ rule: 'unique', line, column: '', says: 'the same charge twice' });
    first.set(whole, '');
  }
  return found;
}
