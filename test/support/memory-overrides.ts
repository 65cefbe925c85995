import type { Act } from '../../functions/core/override/act.ts';
import type { Override } from '../../functions/core/override/override.ts';
import type { OverrideStore } from '../../functions/ports/override-store.ts';

/** Overrides in memory, by the same rules as the store's. */
export function memoryOverrides(): OverrideStore {
  const overrides = new Map<string, Override>();
  const trail: Act[] = [];
  return {
    all: async () => [...overrides.values()],
    async put(override) {
      overrides.set(override.id, override);
    },
    async remove({ id }) {
      overrides.delete(id);
    },
    async record(act) {
      trail.push(act);
    },
    acts: async () => trail.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  };
}
