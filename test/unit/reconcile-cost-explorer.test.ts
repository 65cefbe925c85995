import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { usdToPico } from '../../functions/core/money.ts';
import { billFolder, linesOf, sumOf } from '../support/bill-files.ts';
import { csvText } from '../support/bills.ts';

const { file, remove } = billFolder();
afterAll(remove);

describe('an answer of GetCostAndUsage', () => {
  const group = (Keys: string[], cost: string, quantity?: string) => ({
    Keys,
    Metrics: {
      UnblendedCost: { Amount: cost, Unit: 'USD' },
      ...(quantity === undefined ? {} : { UsageQuantity: { Amount: quantity, Unit: 'N/A' } }),
    },
  });
  const answer = (keys: readonly [string, string][], ...groups: object[]) => ({
    GroupDefinitions: keys.map(([Type, Key]) => ({ Type, Key })),
    ResultsByTime: [{ TimePeriod: { Start: '2026-11-13', End: '2026-11-14' }, Total: {}, Groups: groups, Estimated: false }],
  });
  const json = (value: unknown) => file(JSON.stringify(value));

  it('is read by service and usage type', async () => {
    const path = json(
      answer(
        [
          ['DIMENSION', 'SERVICE'],
          ['DIMENSION', 'USAGE_TYPE'],
        ],
        group(['Claude Haiku 4.5 (Amazon Bedrock Edition)', 'USE1-MP:USE1_InputTokenCount_Batch-Units'], '0.55', '1.1'),
        group(['Amazon Bedrock', 'USE1-NovaLite-output-tokens'], '0.24', '1000'),
        group(['Amazon Elastic Compute Cloud - Compute', 'USE1-BoxUsage:m7i.large'], '5', '10'),
        group(['Tax', 'NoUsageType'], '1.5', '0'),
      ),
    );
    expect(await linesOf(path)).toEqual([
      '2026-11-13 haiku - batch input=1100000 550000000000',
      '2026-11-13 nova - on_demand output=1000000 240000000000',
    ]);
    const { setAside, otherServicesPico } = await sumOf(path);
    expect([setAside.get('Tax'), otherServicesPico]).toEqual([usdToPico('1.5'), usdToPico(5)]);
  });

  it('is read packed, and with a byte order mark', async () => {
    const text = `\uFEFF${JSON.stringify(answer([['DIMENSION', 'USAGE_TYPE']], group(['USE1-NovaLite-input-tokens'], '1')))}`;
    const read = ['2026-11-13 nova - on_demand 1000000000000'];
    expect([await linesOf(file(text)), await linesOf(file(gzipSync(text)))]).toEqual([read, read]);
  });

  it('is read by tag and service', async () => {
    const path = json(
      answer(
        [
          ['TAG', 'feature'],
          ['DIMENSION', 'SERVICE'],
        ],
        group(['feature$search', 'Claude Haiku 4.5 (Amazon Bedrock Edition)'], '2'),
        group(['feature$', 'Claude Haiku 4.5 (Amazon Bedrock Edition)'], '1'),
        group(['feature$search', 'Amazon Bedrock'], '3'),
      ),
    );
    expect(await linesOf(path)).toEqual([
      '2026-11-13 haiku search - 2000000000000',
      '2026-11-13 haiku - - 1000000000000',
      '2026-11-13 ?Amazon Bedrock search - 3000000000000',
    ]);
  });

  it.each([
    ['no groups', { ...answer([], group([], '1')), GroupDefinitions: undefined }, 'names neither models nor features'],
    ['accounts alone', answer([['DIMENSION', 'LINKED_ACCOUNT']], group(['1'], '1')), 'names neither models nor features'],
    ['another page', { ...answer([['DIMENSION', 'SERVICE']], group(['Tax'], '1')), NextPageToken: 'x' }, 'one page of several'],
    ['other costs', answer([['DIMENSION', 'SERVICE']], { Keys: ['Tax'], Metrics: { BlendedCost: {} } }), 'it has no UnblendedCost'],
    ['no number', answer([['DIMENSION', 'SERVICE']], group(['Tax'], 'none')), '"none" is no number'],
    ['another shape', { Results: [] }, 'is no answer of GetCostAndUsage'],
  ])('with %s is refused', async (_, value, message) => {
    await expect(sumOf(json(value))).rejects.toThrow(message);
  });

  it('by month or in another currency is refused', async () => {
    const by = answer([['DIMENSION', 'SERVICE']], group(['Tax'], '1'));
    const month = { ...by, ResultsByTime: [{ TimePeriod: { Start: '2026-11-01', End: '2026-12-01' }, Groups: [] }] };
    await expect(sumOf(json(month))).rejects.toThrow('ask with --granularity DAILY');
    await expect(sumOf(file(JSON.stringify(by).replace('"USD"', '"EUR"')))).rejects.toThrow('it is in "EUR"');
  });
});

describe('a CSV of Cost Explorer’s console', () => {
  it('is read by usage type, days downwards', async () => {
    const text = csvText([
      ['Usage type', 'USE1-NovaLite-input-tokens($)', 'USE1-BoxUsage:m7i.large($)', 'USE1-BoxUsage:m7i.large(Hrs)', 'Total costs($)'],
      ['Usage type total', '3.0000000001', '9', '4', '12.0000000001'],
      ['2026-11-13', '1', '', '4', '1'],
      ['2026-11-14', '2.0000000001', '9', '', '11.0000000001'],
    ]);
    expect(await linesOf(file(text))).toEqual(['2026-11-13 nova - on_demand 1000000000000', '2026-11-14 nova - on_demand 2000000000100']);
    expect((await sumOf(file(text))).totalPico).toBe(usdToPico('12.0000000001'));
  });

  it('is read by service, days across', async () => {
    const text = csvText([
      ['Service', 'Service total', '2026-11-13', '2026-11-14'],
      ['Total costs', '6', '3', '3'],
      ['Claude Haiku 4.5 (Amazon Bedrock Edition)', '4', '1', '3'],
      ['Bedrock', '2', '2', ''],
    ]);
    expect(await linesOf(file(text))).toEqual([
      '2026-11-13 haiku - - 1000000000000',
      '2026-11-14 haiku - - 3000000000000',
      '2026-11-13 ?Bedrock - - 2000000000000',
    ]);
  });

  it('is read by the tag feature', async () => {
    const text = csvText([
      ['feature', 'search($)', 'No tag key: feature($)', 'somebody-else($)', 'Total costs($)'],
      ['feature total', '1', '2', '3', '6'],
      ['2026-11-13', '1', '2', '3', '6'],
    ]);
    expect(await linesOf(file(text))).toEqual(['2026-11-13 - search - 1000000000000']);
    expect((await sumOf(file(text))).otherServicesPico).toBe(usdToPico(5));
  });

  it.each([
    ['by region', 'Region,us-east-1($),Total costs($)\n2026-11-13,1,1\n', 'it is grouped by "Region"'],
    ['in another currency', 'Service,Bedrock(¥),Total costs(¥)\n2026-11-13,1,1\n', 'only bills in USD can be compared'],
    ['by month', 'Service,Bedrock($),Total costs($)\n2026-10-01,1,1\n2026-11-01,1,1\n', 'choose the granularity daily'],
    ['with words', 'Service,Bedrock($),Total costs($)\n2026-11-13,much,1\n', '"much" is no number'],
    ['with other rows', 'Service,Bedrock($),Total costs($)\nToday,1,1\n', '"Today" is no date'],
  ])('%s is refused', async (_, text, message) => {
    await expect(sumOf(file(text))).rejects.toThrow(message);
  });
});
