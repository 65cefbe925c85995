import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { asJson, writeExport } from '../../cli/export-text.ts';
import { OperatorError } from '../../cli/terminal.ts';
import { writeWhole } from '../../cli/write-whole.ts';
import { lastDayOf } from '../../functions/core/export/charge-period.ts';
import { usageCsv } from '../../functions/core/export/usage-csv.ts';
import { usageByDay } from '../../functions/use-cases/usage-by-day.ts';
import { steadyRollups } from '../support/export-world.ts';
import { memoryGates } from '../support/memory-gates.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { settings } from '../support/settings.ts';

async function steadyLedger(days: number) {
  const ledger = memoryLedger();
  await ledger.putRollups('', steadyRollups(days));
  await ledger.setProgress({ closedHour: '2026-12-31T23' });
  return ledger;
}

const NOW = () => Date.UTC(2026, 11, 1);

describe('the usage of many days', () => {
  it('is read a day at a time, and no day before it is wanted', async () => {
    const ledger = await steadyLedger(3);
    const asked: string[] = [];
    const watched: typeof ledger = {
      ...ledger,
      rollups: (from, to) => {
        asked.push(`${from} ${to}`);
        return ledger.rollups(from, to);
      },
    };
    const usage = usageByDay('2026-11-02', '2026-11-04', true, { gates: memoryGates(), ledger: watched, settings: settings(), now: NOW });
    expect((await usage.next()).value).toMatchObject({ day: '2026-11-02', calls: 24 });
    expect(asked).toEqual(['2026-11-02 2026-11-02']);
    expect((await usage.next()).value).toMatchObject({ day: '2026-11-03', calls: 24 });
    expect(asked).toEqual(['2026-11-02 2026-11-02', '2026-11-03 2026-11-03']);
  });
});

describe('an export as JSON', () => {
  it('has the rows by column, exact decimals as strings, and the total', async () => {
    const usage = usageByDay('2026-11-02', '2026-11-03', true, {
      gates: memoryGates(),
      ledger: await steadyLedger(2),
      settings: settings(),
      now: NOW,
    });
    let text = '';
    await writeExport(usageCsv, usage, asJson({ format: 'csv', from: '2026-11-02' }), (more) => {
      text += more;
    });
    const read = JSON.parse(text);
    expect(read).toMatchObject({ format: 'csv', from: '2026-11-02', totalUsd: '0.000000096' });
    expect(read.rows).toHaveLength(2);
    expect(read.rows[0]).toMatchObject({ day: '2026-11-02', calls: 24, cost_usd: '0.000000048', corrections_usd: '0' });
  });
});

describe('a file', () => {
  it('is there once it is whole', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'spillway-export-')), 'november.csv');
    const answer = await writeWhole(path, async (write) => {
      await write('one\r\n');
      expect(existsSync(path)).toBe(false);
      await write('two\r\n');
      return 2;
    });
    expect([answer, readFileSync(path, 'utf8')]).toEqual([2, 'one\r\ntwo\r\n']);
  });

  it('stays as it was when its making fails, and nothing else is left', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spillway-export-'));
    writeFileSync(join(folder, 'november.csv'), 'old');
    const failing = writeWhole(join(folder, 'november.csv'), async (write) => {
      await write('half');
      throw new RangeError('the store failed');
    });
    await expect(failing).rejects.toThrow('the store failed');
    expect([readdirSync(folder), readFileSync(join(folder, 'november.csv'), 'utf8')]).toEqual([['november.csv'], 'old']);
  });

  it('that cannot be written is said to be so', async () => {
    const failing = writeWhole(join(tmpdir(), 'no-such-folder', 'november.csv'), () => Promise.resolve());
    await expect(failing).rejects.toBeInstanceOf(OperatorError);
  });
});

describe('the last day of a month', () => {
  it.each([
    ['2026-01', '2026-01-31'],
    ['2026-02', '2026-02-28'],
    ['2028-02', '2028-02-29'],
    ['2026-04', '2026-04-30'],
    ['2026-12', '2026-12-31'],
  ])('of %s is %s', (month, day) => {
    expect(lastDayOf(month)).toBe(day);
  });
});
