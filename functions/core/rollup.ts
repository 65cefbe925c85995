import type { LedgerEntry } from './ledger.ts';
import type { PicoUsd } from './money.ts';
import type { PriceMode } from './price-book.ts';
import { addUsage, NO_USAGE, type Usage } from './usage.ts';

/** One UTC hour + local day x feature x template x model x mode, recomputed from entries and never added to. */
export type Rollup = {
  readonly hour: string;
  readonly day: string;
  readonly feature: string;
  readonly template: string;
  readonly owner: string;
  readonly team: string;
  readonly model: string;
  readonly mode: PriceMode;
  readonly calls: number;
  readonly escalations: number;
  readonly usage: Usage;
  readonly costPico: PicoUsd;
  readonly assumedPico: PicoUsd;
  readonly correctionPico: PicoUsd;
};

const keyOf = (entry: LedgerEntry): string =>
  [entry.hour, entry.day, entry.feature, entry.template, entry.owner, entry.team, entry.model, entry.mode].join('\u0000');

/** Folds entries into rollups. Same entries in any order, same rollups: safe to run again at any time. */
export function rollUp(entries: Iterable<LedgerEntry>): Rollup[] {
  const rollups = new Map<string, Rollup>();
  for (const entry of entries) rollups.set(keyOf(entry), include(rollups.get(keyOf(entry)) ?? emptyRollup(entry), entry));
  return [...rollups.values()];
}

function emptyRollup({ hour, day, feature, template, owner, team, model, mode }: LedgerEntry): Rollup {
  const zero = { calls: 0, escalations: 0, usage: NO_USAGE, costPico: 0n, assumedPico: 0n, correctionPico: 0n };
  return { hour, day, feature, template, owner, team, model, mode, ...zero };
}

function include(rollup: Rollup, entry: LedgerEntry): Rollup {
  return {
    ...rollup,
    calls: rollup.calls + (entry.kind === 'correction' ? 0 : 1),
    escalations: rollup.escalations + (entry.escalated ? 1 : 0),
    usage: addUsage(rollup.usage, entry.usage),
    costPico: rollup.costPico + entry.costPico,
    assumedPico: rollup.assumedPico + (entry.kind === 'assumed' ? entry.costPico : 0n),
    correctionPico: rollup.correctionPico + (entry.kind === 'correction' ? entry.costPico : 0n),
  };
}
