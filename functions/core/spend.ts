import { type PicoUsd, sumPico } from './money.ts';
import type { Rollup } from './rollup.ts';
import { addUsage, NO_USAGE, type Usage } from './usage.ts';

/** What spend can be broken down by. */
export const SPEND_KEYS = ['feature', 'template', 'model', 'team', 'owner', 'mode', 'day'] as const;
export type SpendKey = (typeof SPEND_KEYS)[number];

export type SpendRow = {
  /** The values of the keys asked for, in their order. */
  readonly keys: Readonly<Partial<Record<SpendKey, string>>>;
  readonly calls: number;
  readonly usage: Usage;
  readonly costPico: PicoUsd;
};

/** Spend of the rollups by the given keys, dearest first. The rows' costs add up to the rollups' cost exactly. */
export function spendBy(
  rollups: Iterable<Rollup>,
  by: readonly SpendKey[],
): { readonly rows: readonly SpendRow[]; readonly totalPico: PicoUsd } {
  const rows = new Map<string, SpendRow>();
  for (const rollup of rollups) {
    const id = JSON.stringify(by.map((key) => rollup[key]));
    const row = rows.get(id) ?? { keys: Object.fromEntries(by.map((key) => [key, rollup[key]])), calls: 0, usage: NO_USAGE, costPico: 0n };
    const calls = row.calls + rollup.calls;
    rows.set(id, { ...row, calls, usage: addUsage(row.usage, rollup.usage), costPico: row.costPico + rollup.costPico });
  }
  const sorted = [...rows].toSorted(([idA, a], [idB, b]) =>
    a.costPico === b.costPico ? (idA < idB ? -1 : 1) : a.costPico < b.costPico ? 1 : -1,
  );
  return { rows: sorted.map(([, row]) => row), totalPico: sumPico(sorted.map(([, row]) => row.costPico)) };
}
