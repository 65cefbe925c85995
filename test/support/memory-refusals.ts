import type { RefusalCount, RefusalCounter } from '../../functions/ports/refusal-counter.ts';

/** Refusal counts in memory. */
export function memoryRefusals(): RefusalCounter {
  const counts = new Map<string, RefusalCount & { day: string }>();
  return {
    count(day, { feature, template, reason, notSpentPico }) {
      const key = [day, feature, template, reason].join('#');
      const known = counts.get(key);
      const count = (known?.count ?? 0) + 1;
      counts.set(key, { day, feature, template, reason, count, notSpentPico: (known?.notSpentPico ?? 0n) + notSpentPico });
      return Promise.resolve();
    },
    ofDays: (fromDay, toDay) =>
      Promise.resolve([...counts.values()].filter(({ day }) => day >= fromDay && day <= toDay).map(({ day: _, ...count }) => count)),
  };
}
