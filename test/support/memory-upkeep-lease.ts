import type { UpkeepLease } from '../../functions/ports/upkeep-lease.ts';

/** The compactor's lease in memory. */
export function memoryUpkeepLease(): UpkeepLease {
  let endsMs = 0;
  return {
    take: async ({ untilMs }, nowMs) => {
      if (endsMs > nowMs) return 'refused';
      endsMs = untilMs;
      return 'changed';
    },
    release: async ({ untilMs }) => {
      if (endsMs === untilMs) endsMs = 0;
    },
  };
}
