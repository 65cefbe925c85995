import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const ENDING = '.receipts.json';
const digits = z
  .string()
  .regex(/^\d+$/)
  .transform((text) => BigInt(text));
const receiptsSchema = z.object({
  version: z.string(),
  fromMs: z.number(),
  toMs: z.number(),
  lost: z.int().nonnegative(),
  /** Pico-dollars by request id. */
  receipts: z.record(z.string(), digits),
});

/** What the callers of one replay were told, kept where the ledger could not be asked at once: the stack was killed in between. */
export type KeptReceipts = {
  readonly version: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Calls whose outcome is not known. */
  readonly lost: number;
  readonly receipts: ReadonlyMap<string, bigint>;
};

/** Answers the file, to be given to `npm run replay` in place of a trace. */
export function keepReceipts(folder: string, { receipts, ...rest }: KeptReceipts): string {
  const name = join('.spillway', `${rest.version}${ENDING}`);
  mkdirSync(join(folder, '.spillway'), { recursive: true });
  const told = Object.fromEntries([...receipts].map(([requestId, cost]) => [requestId, cost.toString()]));
  writeFileSync(join(folder, name), JSON.stringify({ ...rest, receipts: told }));
  return name;
}

export const isReceiptsFile = (file: string): boolean => file.endsWith(ENDING);

/** RangeError when the file is none of `keepReceipts`. */
export function readReceipts(file: string): KeptReceipts {
  try {
    const { receipts, ...rest } = receiptsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return { ...rest, receipts: new Map(Object.entries(receipts)) };
  } catch (cause) {
    throw new RangeError(`${file} holds no receipts of an earlier replay`, { cause });
  }
}
