import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { billFolder, sumOf } from '../support/bill-files.ts';

const { folder, file, remove } = billFolder();
afterAll(remove);

describe('any other file', () => {
  it.each([
    ['Parquet', 'PAR1....PAR1', 'is a Parquet file: export CUR 2.0'],
    ['a spreadsheet', 'PK\u0003\u0004....', 'is a zip or spreadsheet file: export CUR 2.0'],
    ['nothing', '', 'is empty: export CUR 2.0'],
    ['blanks', ' \n \n', 'is empty: export CUR 2.0'],
    ['a FOCUS export', 'BilledCost,ChargeCategory\n1,Usage\n', 'it is a FOCUS export'],
    ['some table', 'a,b,c\n1,2,3\n', 'it has no columns of a bill'],
    ['some text', 'Dear customer', 'it has no columns of a bill'],
    ['some JSON', '[1,2', 'is no answer of GetCostAndUsage'],
  ])('is refused: %s', async (_, text, message) => {
    await expect(sumOf(file(text))).rejects.toThrow(message);
  });

  it('is said to be missing', async () => {
    await expect(sumOf(join(folder, 'nowhere.csv'))).rejects.toThrow(/nowhere\.csv cannot be read: ENOENT/);
    await expect(sumOf(folder)).rejects.toThrow('cannot be read');
  });
});
