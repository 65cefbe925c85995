import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { reconcileWith } from '../../cli/reconcile.ts';
import { reconciliationJson } from '../../cli/reconcile-json.ts';
import { reconciliationText } from '../../cli/reconcile-text.ts';
import { usdToPico } from '../../functions/core/money.ts';
import type { BillRow } from '../../functions/core/reconcile/bill-row.ts';
import { WHYS } from '../../functions/core/reconcile/why.ts';
import type { Rollup } from '../../functions/core/rollup.ts';
import { billed, billingSettings, billRow, booked, charge, curCsv } from '../support/bills.ts';
import { memoryGates } from '../support/memory-gates.ts';
import { memoryLedger } from '../support/memory-ledger.ts';

const folder = mkdtempSync(join(tmpdir(), 'spillway-reconciled-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NOW = Date.parse('2026-11-30T12:00:00Z');
const INPUT = charge('input', 50_000_000, 1_000_000n);
const OUTPUT = charge('output', 10_000_000, 5_000_000n);
const FEATURE = 'invoice-extractor';

/** A bill in a file, exported at `exportedAt`, against a ledger whose hours are closed. */
async function reconciledFile(rows: readonly BillRow[], rollups: readonly Rollup[], exportedAt = '2026-11-29T00:00:00Z') {
  const path = join(folder, 'bill.csv');
  writeFileSync(path, curCsv(rows));
  utimesSync(path, new Date(exportedAt), new Date(exportedAt));
  const ledger = memoryLedger();
  for (const rollup of rollups) await ledger.putRollups(rollup.hour, [rollup]);
  await ledger.setProgress({ closedHour: '2026-11-30T10' });
  return reconcileWith({ gates: memoryGates(), ledger, settings: billingSettings(), now: () => NOW }, [path], { tolerance: 0.5 });
}

const BILL = [
  ...billed([INPUT, { ...OUTPUT, unitPricePico: 4_000_000n }], { feature: FEATURE }),
  ...billed([INPUT], { day: '2026-11-14', feature: FEATURE }),
  ...billed([OUTPUT], { day: '2026-11-14', model: 'Claude4.5Opus' }),
  ...billed([INPUT], { day: '2026-11-12' }),
  billRow({ lineType: 'Tax', costPico: usdToPico('19.5') }),
  billRow({ products: ['AmazonS3'], usageType: 'USE1-Requests', costPico: usdToPico('2') }),
];
const LEDGER = [
  booked([INPUT, OUTPUT]),
  booked([INPUT], { day: '2026-11-14', hour: '2026-11-14T09' }),
  booked([INPUT], { model: 'flash' }),
];

describe('a reconciliation for people', () => {
  it('says by model, by difference and in words what to do, and adds the bill up', async () => {
    const lines = reconciliationText(await reconciledFile(BILL, LEDGER)).split('\n');
    expect(lines.slice(0, 2)).toEqual([
      'Ledger against the bill (CUR), 2026-11-13 to 2026-11-14 (UTC days), tolerance 0.5 % or one cent',
      'The ledger and the bill differ.',
    ]);
    const shown = lines.map((line) => line.replace(/ {2,}/g, ' | '));
    expect(shown).toEqual(
      expect.arrayContaining([
        'model | billed | booked | drift | of booked',
        'haiku | $140.00 | $150.00 | -$10.00 | -6.7%',
        'Claude4.5Opus (not configured) | $50.00 | $0.00 | $50.00 | –',
        'total | $190.00 | $150.00 | $40.00 | 26.7%',
        'day | model | feature | mode | billed | booked | drift | why',
        '2026-11-14 | Claude4.5Opus (not configured) | – | on_demand | $50.00 | $0.00 | $50.00 | unmapped',
        `2026-11-13 | haiku | ${FEATURE} | on_demand | $90.00 | $100.00 | -$10.00 | price_differs`,
        'price_differs, -$10.00 in one row: the same tokens at another price.',
        ' | 2026-11-13, haiku, per million tokens: input $1.0000 instead of $1.0000; output $4.0000 instead of $5.0000',
        'The bill adds up: $190.00 compared + Tax $19.50 + other services $2.00 + days before the ledger begins $50.00 = $261.50.',
        'Booked, but not compared: models of other providers $50.00.',
      ]),
    );
    expect(shown.indexOf(`unmapped, $50.00 in one row: ${WHYS.unmapped.means}.`)).toBeLessThan(
      shown.findIndex((line) => line.startsWith('price_differs')),
    );
  });

  it('shows the tokens where they differ', async () => {
    const text = reconciliationText(await reconciledFile(billed([{ ...INPUT, tokens: 70_000_000 }]), [booked([INPUT])]));
    expect(text).toContain('outside_spillway, $20.00 in one row');
    expect(text).toContain('2026-11-13, haiku, tokens: input 70,000,000 instead of 50,000,000');
  });

  it('shows the largest twenty, and how many there are beside', async () => {
    const rows = Array.from({ length: 25 }, (_, at) => billed([INPUT], { model: `Other${at}` })).flat();
    const text = reconciliationText(await reconciledFile([...rows, ...billed([INPUT])], [booked([INPUT])]));
    expect(text.match(/on_demand .* unmapped$/gm)).toHaveLength(20);
    expect(text).toContain('... and 5 more: --json has all');
  });

  it('is short where all is well', async () => {
    const text = reconciliationText(await reconciledFile(billed([INPUT]), [booked([INPUT])]));
    expect(text).toContain('The ledger matches the bill.');
    expect(text).not.toContain('why');
  });

  it('says that there is nothing to compare', async () => {
    expect(reconciliationText(await reconciledFile(billed([INPUT]), []))).toContain('Nothing to compare');
  });
});

describe('a reconciliation for machines', () => {
  it('is whole and exact', async () => {
    const found = JSON.parse(reconciliationJson(await reconciledFile(BILL, LEDGER)));
    expect(found).toMatchObject({
      ...{ verdict: 'drift', from: '2026-11-13', to: '2026-11-14', tolerancePercent: 0.5 },
      totals: { billedUsd: '190', bookedUsd: '150', driftUsd: '40', driftShare: 0.266666 },
      byModel: [
        { model: 'haiku', unmapped: false, rows: 2, driftUsd: '-10' },
        { model: 'Claude4.5Opus', unmapped: true, driftShare: null },
      ],
      byFeature: [{ feature: FEATURE }, { feature: null, billedUsd: '50' }],
      byReason: [{ why: 'price_differs', ...WHYS.price_differs }, { why: 'matches' }, { why: 'unmapped' }],
      bill: {
        ...{ format: 'CUR', lines: 7, totalUsd: '261.5', setAsideUsd: { Tax: '19.5' }, otherServicesUsd: '2', beforeLedgerUsd: '50' },
      },
      ledger: { otherProvidersUsd: '50', notInExportUsd: '0' },
    });
    expect(found.rows[1]).toEqual({
      ...{ day: '2026-11-13', model: 'haiku', feature: FEATURE, mode: 'on_demand', unmapped: false },
      ...{ billedUsd: '90', bookedUsd: '100', driftUsd: '-10', driftShare: -0.1, assumedUsd: '0', why: 'price_differs' },
      meters: [
        {
          meter: 'input',
          billed: { tokens: '50000000', usd: '50', usdPerMillion: '1' },
          booked: { tokens: '50000000', usd: '50', usdPerMillion: '1' },
        },
        {
          meter: 'output',
          billed: { tokens: '10000000', usd: '40', usdPerMillion: '4' },
          booked: { tokens: '10000000', usd: '50', usdPerMillion: '5' },
        },
      ],
    });
  });
});

describe('a file', () => {
  it('excuses what AWS had not billed when it was written, not what it has not today', async () => {
    const whyOf = async (exportedAt: string) =>
      await reconciledFile([], [booked([INPUT])], exportedAt).catch((error: Error) => error.message);
    expect(await whyOf('2026-11-14T00:00:00Z')).toMatch(/has no line of usage: choose another period, and export CUR 2\.0/);
    const half = billed([{ ...INPUT, tokens: 25_000_000 }]);
    const early = await reconciledFile(half, [booked([INPUT])], '2026-11-14T00:00:00Z');
    expect(early.found.rows[0]?.why).toBe('not_in_bill_yet');
    expect(reconciliationText(early)).toContain('So far the ledger matches the bill; AWS has not billed all of it yet.');
    expect(reconciliationText(early)).not.toContain('The ledger matches the bill.');
    expect((await reconciledFile(half, [booked([INPUT])], '2026-11-20T00:00:00Z')).found.rows[0]?.why).toBe('tokens_differ');
  });
});

describe('the ledger of a bill', () => {
  it('is read over the UTC days of the bill, whatever the organization’s day', async () => {
    const early = booked([INPUT], { hour: '2026-11-13T23', day: '2026-11-14' });
    const { found } = await reconciledFile(billed([INPUT]), [early]);
    expect(found.rows.map(({ place, why }) => [place.day, why])).toEqual([['2026-11-13', 'matches']]);
  });

  it('is looked for a week before, to know whether it had begun', async () => {
    const begun = await reconciledFile(billed([INPUT]), [booked([INPUT], { hour: '2026-11-07T10', day: '2026-11-07' })]);
    expect(begun.found.rows.map(({ why }) => why)).toEqual(['outside_spillway']);
  });
});

describe('the page on chargeback', () => {
  it('explains every reason of a difference', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/chargeback.md'), 'utf8');
    expect(Object.keys(WHYS).filter((why) => !page.includes(`\`${why}\``))).toEqual([]);
  });
});
