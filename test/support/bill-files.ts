import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBill } from '../../cli/read-bill.ts';
import { BillFold, type BillSum } from '../../functions/core/reconcile/bill-sum.ts';
import { billReading } from './bills.ts';

/** A folder for bills. Remove it in `afterAll`. */
export function billFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-bills-'));
  return {
    folder,
    remove: () => rmSync(folder, { recursive: true, force: true }),
    /** Writes a file, and answers its path. */
    file: (content: string | Uint8Array, name = 'bill'): string => {
      const path = join(folder, name);
      writeFileSync(path, content);
      return path;
    },
  };
}

/** Everything that a bill says, read from its files and added up. */
export async function sumOf(...paths: string[]): Promise<BillSum> {
  const { shape, rows } = await readBill(paths);
  const fold = new BillFold(billReading(undefined, shape));
  for await (const row of rows) fold.add(row);
  return fold.sum();
}

/** Its lines of usage: `<day> <model> <feature> <mode> <meter>=<tokens>... <pico-dollars>`; `?` before a name that no configured model has. */
export async function linesOf(...paths: string[]): Promise<string[]> {
  const { usage } = await sumOf(...paths);
  return [...usage.values()].map(({ place, side }) => {
    const meters = Object.entries(side.meters).map(([meter, { tokens }]) => `${meter}=${tokens}`);
    const names = [place.unmapped ? `?${place.model}` : place.model, place.feature, place.mode].map((name) => name || '-');
    return [place.day, ...names, ...meters, side.costPico].join(' ');
  });
}
