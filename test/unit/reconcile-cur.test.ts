import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { sumPico, usdToPico } from '../../functions/core/money.ts';
import { billFolder, linesOf, sumOf } from '../support/bill-files.ts';
import { billed, billRow, charge, csvText, curCsv } from '../support/bills.ts';

const { folder, file, remove } = billFolder();
afterAll(remove);

const WORK = billed([charge('input', 2_000_000, 1_000_000n), charge('output', 3_000, 5_000_000n)], { feature: 'search' });
const WORK_LINES = ['2026-11-13 haiku search on_demand input=2000000 output=3000 2015000000000'];

const REQUIRED = [
  ...[
    'line_item_usage_start_date',
    'line_item_line_item_type',
    'line_item_product_code',
    'line_item_usage_type',
    'line_item_unblended_cost',
  ],
];
const HAIKU = ['2026-11-13T00:00:00Z', 'Usage', 'AmazonBedrock', 'USE1-Claude4.5Haiku-input-tokens'];

describe('a Cost and Usage Report', () => {
  it('is read as text and packed', async () => {
    expect(await linesOf(file(curCsv(WORK)))).toEqual(WORK_LINES);
    expect(await linesOf(file(gzipSync(curCsv(WORK)), 'bill.csv.gz'))).toEqual(WORK_LINES);
  });

  it('is read with a byte order mark, other line ends, and line breaks in cells', async () => {
    const breaking = curCsv(WORK).replaceAll('line-0', '"li\nne ""0"""').replaceAll('\n', '\r\n');
    expect(await linesOf(file(breaking))).toEqual(WORK_LINES);
    expect(await linesOf(file(`\uFEFF"${REQUIRED[0]}",${csvText([REQUIRED.slice(1), [...HAIKU, '1']])}`))).toEqual([
      '2026-11-13 haiku - on_demand 1000000000000',
    ]);
  });

  it('is read in several parts, but no part twice', async () => {
    const [first = billRow(), second = billRow()] = WORK;
    const parts = [file(curCsv([first]), 'part-1.csv'), file(curCsv([second]), 'part-2.csv')];
    expect(await linesOf(...parts)).toEqual(WORK_LINES);
    await expect(sumOf(...parts, join(folder, '.', 'part-1.csv'))).rejects.toThrow('the same file is given twice');
    await expect(sumOf(...parts, file('{"GroupDefinitions":[{"Type":"DIMENSION","Key":"SERVICE"}],"ResultsByTime":[]}'))).rejects.toThrow(
      'the files are of different exports',
    );
  });

  it('is read with no columns but those it needs', async () => {
    const text = csvText([REQUIRED, [...HAIKU, '1.5E-7'], [...HAIKU, '-3'], [...HAIKU, '']]);
    expect(await linesOf(file(text))).toEqual(['2026-11-13 haiku - on_demand -2999999850000']);
  });

  it('is read under the older names', async () => {
    const header = [
      'lineItem/UsageStartDate',
      'lineItem/LineItemType',
      'lineItem/ProductCode',
      'lineItem/UsageType',
      'lineItem/UnblendedCost',
    ];
    const rest = ['lineItem/UsageAmount', 'pricing/unit', 'resourceTags/user:feature', 'product/ProductName'];
    const marketplace = [
      '2026-11-13 00:00:00',
      'Usage',
      '2ydmkjvb',
      'USW2-MP:USW2_OutputTokenCount-Units',
      '3.3',
      '0.2',
      'Units',
      'search',
    ];
    const text = csvText([
      [...header, ...rest],
      [...marketplace, 'Claude Sonnet 4.5 (Amazon Bedrock Edition)'],
      [...HAIKU, '1', '7', '1K tokens', '', ''],
    ]);
    expect(await linesOf(file(text))).toEqual([
      '2026-11-13 sonnet search on_demand output=200000 3300000000000',
      '2026-11-13 haiku - on_demand input=7000 1000000000000',
    ]);
  });

  it('takes models of AWS Marketplace from the product map, and their unit from the description', async () => {
    const header = [...REQUIRED, 'product', 'line_item_usage_amount', 'pricing_unit', 'line_item_line_item_description', 'resource_tags'];
    const cells = ['2026-11-13', 'Usage', '2ydmkjvb', 'USE1-MP:USE1_CacheReadInputTokenCount_Global-Units', '0.1'];
    const product = JSON.stringify({ product_name: 'Claude Haiku 4.5 (Amazon Bedrock Edition)', region: 'us-east-1' });
    const text = csvText([
      header,
      [...cells, product, '2', 'Units', 'AWS Marketplace software usage|us-east-1|1K Input Tokens', '{"user_feature":"search"}'],
      [...cells, product, '2', 'Units', '', '{"user_feature":"search","user_environment":"staging"}'],
      [...cells, product, '2', 'Units', '', '{broken'],
    ]);
    expect(await linesOf(file(text))).toEqual([
      '2026-11-13 haiku search on_demand cacheRead=2000 100000000000',
      '2026-11-13 haiku - on_demand cacheRead=4000000 200000000000',
    ]);
  });

  it('keeps taxes, credits and other services apart', async () => {
    const rows = [
      ...WORK,
      billRow({ lineType: 'Tax', costPico: usdToPico('0.4') }),
      billRow({ lineType: 'Credit', costPico: usdToPico(-5) }),
      billRow({ products: ['AmazonEC2'], usageType: 'USE1-BoxUsage', costPico: usdToPico(7) }),
      billRow({ products: ['AmazonEC2'], lineType: 'Tax', usageType: '', costPico: usdToPico(2) }),
      billRow({ products: ['AmazonBedrock'], usageType: 'USE1-Guardrail-TopicPolicyUnitsConsumed', costPico: usdToPico(1) }),
    ];
    const { setAside, otherServicesPico, totalPico } = await sumOf(file(curCsv(rows)));
    expect(Object.fromEntries(setAside)).toEqual({ Tax: usdToPico('0.4'), Credit: usdToPico(-5) });
    expect([otherServicesPico, totalPico]).toEqual([usdToPico(9), sumPico(rows.map(({ costPico }) => costPico))]);
    expect(await linesOf(file(curCsv(rows)))).toEqual([
      ...WORK_LINES,
      '2026-11-13 ?USE1-Guardrail-TopicPolicyUnitsConsumed - - 1000000000000',
    ]);
  });

  it.each([
    ['a missing column', csvText([REQUIRED.slice(0, 4), HAIKU]), 'it lacks line_item_unblended_cost'],
    ['a cost that is no number', csvText([REQUIRED, [...HAIKU, 'free']]), 'row 2: "free" in line_item_unblended_cost is no number'],
    ['a date that is none', csvText([REQUIRED, [...HAIKU, '1'], ['2026-13-01', ...HAIKU.slice(1), '1']]), 'row 3: "2026-13-01" in'],
    [
      'a cost like a novel',
      csvText([REQUIRED, [...HAIKU, `\u001b[31m${'x'.repeat(1e6)}`]]),
      `row 2: " [31m${'x'.repeat(95)}…" in line_item_unblended_cost is no number`,
    ],
    [
      'another currency',
      csvText([
        [...REQUIRED, 'line_item_currency_code'],
        [...HAIKU, '1', 'CNY'],
      ]),
      'only bills in USD can be compared',
    ],
    [
      'lines of a month',
      csvText([
        [...REQUIRED, 'line_item_usage_end_date'],
        [...HAIKU, '1', '2026-12-01T00:00:00Z'],
      ]),
      'export with time granularity hourly or daily',
    ],
    ['a quote that never closes', `${REQUIRED.join(',')}\n"${HAIKU.join(',')}`, 'is no sound CSV'],
    ['a row without an end', `${REQUIRED.join(',')}\n"${'x'.repeat(5 * 1024 * 1024)}"`, 'is no sound CSV'],
  ])('with %s is refused', async (_, text, message) => {
    await expect(sumOf(file(text))).rejects.toThrow(message);
  });

  it('that breaks off is refused', async () => {
    const packed = gzipSync(curCsv(WORK));
    await expect(sumOf(file(packed.subarray(0, packed.length - 12)))).rejects.toThrow('is damaged or incomplete');
  });
});
