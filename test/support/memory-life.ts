import * as fc from 'fast-check';
import { LedgerLife, type LedgerMutation } from './ledger-life.ts';
import { brokenRule } from './ledger-rules.ts';
import { starts, steps } from './ledger-steps.ts';
import { memoryStores } from './upkeep-world.ts';

/** What a life has broken, in words; anything else that it fails with is a mistake of the test's. */
export class BrokenRule extends Error {}

/** Any life of the ledger in memory: every rule holds after each of its steps, and at its end exactly. */
export const addsUp = (mutation: () => LedgerMutation = () => ({})) =>
  fc.asyncProperty(starts, steps(), async (startMs, made) => {
    const stores = memoryStores();
    const life = new LedgerLife(startMs, stores, mutation());
    const check = async (): Promise<void> => {
      const broken = await brokenRule(life, stores.blobs.files);
      if (broken !== undefined) throw new BrokenRule(broken);
    };
    for (const step of made) {
      await life.perform(step);
      await check();
    }
    await life.quiet();
    await check();
  });
