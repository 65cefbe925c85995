import type { UpkeepLease } from '../../functions/ports/upkeep-lease.ts';

/** The compactor's lease in memory: one after the other, and nobody waits in vain. */
export function memoryUpkeepLease(): UpkeepLease {
  let last: Promise<unknown> = Promise.resolve();
  return {
    during(work) {
      const mine = last.then(() => work(() => false));
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}
