import { describe, expect, it } from 'vitest';
import { csvLine } from '../../functions/core/export/cell.ts';
import { usageCsv } from '../../functions/core/export/usage-csv.ts';
import { rollUp } from '../../functions/core/rollup.ts';
import { NO_USAGE } from '../../functions/core/usage.ts';
import { exportOf, rowsOf } from '../support/export-world.ts';
import { ledgerEntry } from '../support/ledger-entry.ts';
import { readCsv } from '../support/read-csv.ts';
import { settings } from '../support/settings.ts';

const csvOf = async (...entries: ReturnType<typeof ledgerEntry>[]) => (await exportOf(rollUp(entries), usageCsv, settings())).text;

describe('a line of CSV', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '\uFF1D1', '\uFF0B1', '\uFF0D1', '\uFF201'])(
    'defuses the text %j',
    (text) => {
      const read = readCsv(`${csvLine([text, 'b'])}\r\n`);
      expect([read.records[0]?.fields[0]?.text, read.problems]).toEqual([`'${text}`, []]);
    },
  );

  it('leaves a negative amount a number', () => {
    expect(csvLine([-1_500_000_000_000n, -2, 1n])).toBe('-1.5,-2,0.000000000001');
  });

  it('quotes what would end a field, and doubles quotes', () => {
    expect(csvLine(['a,b', 'say "x"', 'two\nlines', 'plain'])).toBe('"a,b","say ""x""","two\nlines",plain');
  });

  it('leaves a field empty where there is no value', () => {
    expect(csvLine([null, 0, 0n, false])).toBe(',0,0,false');
  });
});

describe('the spreadsheet', () => {
  it('has one head and a row for each day, template, owner, model and mode', async () => {
    const usage = { ...NO_USAGE, input: 600, cacheRead: 200, cacheWrite5m: 150, cacheWrite1h: 50, output: 9 };
    const settled = ledgerEntry({ usage, costPico: 12_345_678_901n });
    const assumed = ledgerEntry({ kind: 'assumed', usage: NO_USAGE, costPico: 5_000_000_000_000n });
    const correction = ledgerEntry({ kind: 'correction', usage: NO_USAGE, costPico: -4_000_000_000_000n });
    expect(await csvOf(settled, assumed, correction)).toBe(
      [
        '\uFEFFday,feature,template,team,owner,model,provider,model_id,mode,calls,input_tokens,cache_read_tokens,cache_write_5m_tokens,cache_write_1h_tokens,output_tokens,cache_hit_rate,cost_usd,assumed_usd,corrections_usd',
        '2026-11-22,invoice-extractor,extract,finance,finance-ops@acme.example,haiku,bedrock,us.test.haiku-v1:0,on_demand,2,600,200,150,50,9,0.2,1.012345678901,5,-4',
        '',
      ].join('\r\n'),
    );
  });

  it.each([
    { template: 'dispute' },
    { owner: 'new@acme.example' },
    { team: 'growth' },
    { model: 'sonnet' },
    { modelId: 'eu.test.haiku-v1:0' },
    { mode: 'batch' as const },
  ])('keeps %j in a row of its own', async (other) => {
    expect(rowsOf(await csvOf(ledgerEntry(), ledgerEntry(other)))).toHaveLength(2);
  });

  it('makes one row of the hours of a local day', async () => {
    const hours = [0, 5, 22].map((hour) => ledgerEntry({ admittedAtMs: Date.UTC(2026, 10, 22, hour) }));
    expect(rowsOf(await csvOf(...hours))).toMatchObject([{ day: '2026-11-22', calls: '3' }]);
  });

  it('is sorted by day and name', async () => {
    const given = [ledgerEntry({ feature: 'b' }), ledgerEntry({ feature: 'a' }), ledgerEntry({ feature: 'z', day: '2026-11-21' })];
    expect(rowsOf(await csvOf(...given)).map(({ feature }) => feature)).toEqual(['z', 'a', 'b']);
  });

  it('has no cache hit rate where no prompt was read', async () => {
    const [row] = rowsOf(await csvOf(ledgerEntry({ kind: 'assumed', usage: NO_USAGE })));
    expect(row?.['cache_hit_rate']).toBe('');
  });

  it('defuses an owner that is a formula', async () => {
    const [row] = rowsOf(await csvOf(ledgerEntry({ owner: '=cmd|"/c calc"!A1' })));
    expect(row?.['owner']).toBe('\'=cmd|"/c calc"!A1');
  });
});
