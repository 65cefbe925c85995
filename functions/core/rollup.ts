import type { LedgerEntry } from './ledger.ts';
import { type PicoUsd, sumPico } from './money.ts';
import { METERS, type Meter, type PriceMode } from './price-book.ts';
import { addUsage, NO_USAGE, type Usage } from './usage.ts';

/** What was billed at one unit price: `tokens` x `unitPricePico`, exactly. */
export type Charge = { readonly meter: Meter; readonly unitPricePico: PicoUsd; readonly tokens: number };

/** One UTC hour + local day x feature x template x model x mode, recomputed from entries and never added to. */
export type Rollup = {
  readonly hour: string;
  readonly day: string;
  readonly feature: string;
  readonly template: string;
  readonly owner: string;
  readonly team: string;
  /** The configuration's name of the model, and what was called under it: a name may be given to another model. */
  readonly model: string;
  readonly provider: string;
  readonly modelId: string;
  readonly mode: PriceMode;
  /** Attempts; corrections are none. */
  readonly calls: number;
  readonly escalations: number;
  readonly usage: Usage;
  /** One for each meter and unit price in use, sorted. With `unmeteredPico` they make up `costPico`. */
  readonly charges: readonly Charge[];
  /** Settled + assumed + corrections. */
  readonly costPico: PicoUsd;
  readonly assumedPico: PicoUsd;
  readonly correctionPico: PicoUsd;
};

/** Money without tokens: the whole holds of assumed calls, less what corrections have explained by tokens since. */
export const unmeteredPico = ({ costPico, charges }: Pick<Rollup, 'costPico' | 'charges'>): PicoUsd =>
  costPico - sumPico(charges.map(({ tokens, unitPricePico }) => BigInt(tokens) * unitPricePico));

const keyOf = (entry: LedgerEntry): string =>
  [
    entry.hour,
    entry.day,
    entry.feature,
    entry.template,
    entry.owner,
    entry.team,
    entry.model,
    entry.provider,
    entry.modelId,
    entry.mode,
  ].join('\u0000');

/** Entries folded into rollups, one at a time: memory grows with the rollups, not with the entries. */
export class RollupFold {
  readonly #sums = new Map<string, Sum>();

  add(entry: LedgerEntry): void {
    const key = keyOf(entry);
    const sum = this.#sums.get(key) ?? { rollup: emptyRollup(entry), charges: new Map() };
    for (const charge of chargesOf(entry)) {
      const id = `${charge.meter} ${charge.unitPricePico}`;
      sum.charges.set(id, { ...charge, tokens: charge.tokens + (sum.charges.get(id)?.tokens ?? 0) });
    }
    this.#sums.set(key, { rollup: include(sum.rollup, entry), charges: sum.charges });
  }

  /** Same entries in any order, same rollups. */
  rollups(): Rollup[] {
    return [...this.#sums.values()].map(({ rollup, charges }) => ({ ...rollup, charges: [...charges.values()].toSorted(byMeter) }));
  }
}

type Sum = { readonly rollup: Omit<Rollup, 'charges'>; readonly charges: Map<string, Charge> };

/** Folds entries into rollups: safe to run again at any time. */
export function rollUp(entries: Iterable<LedgerEntry>): Rollup[] {
  const fold = new RollupFold();
  for (const entry of entries) fold.add(entry);
  return fold.rollups();
}

/** An entry's tokens, meter by meter, at its own unit prices. */
export const chargesOf = ({ usage, unitPrices }: Pick<LedgerEntry, 'usage' | 'unitPrices'>): Charge[] =>
  METERS.filter((meter) => usage[meter] > 0).map((meter) => ({ meter, unitPricePico: unitPrices[meter], tokens: usage[meter] }));

export const byMeter = (a: Charge, b: Charge): number =>
  METERS.indexOf(a.meter) - METERS.indexOf(b.meter) || (a.unitPricePico < b.unitPricePico ? -1 : 1);

function emptyRollup({ hour, day, feature, template, owner, team, model, provider, modelId, mode }: LedgerEntry): Sum['rollup'] {
  const zero = { calls: 0, escalations: 0, usage: NO_USAGE, costPico: 0n, assumedPico: 0n, correctionPico: 0n };
  return { hour, day, feature, template, owner, team, model, provider, modelId, mode, ...zero };
}

function include(rollup: Sum['rollup'], entry: LedgerEntry): Sum['rollup'] {
  const isCall = entry.kind !== 'correction';
  return {
    ...rollup,
    calls: rollup.calls + (isCall ? 1 : 0),
    escalations: rollup.escalations + (isCall && entry.escalated ? 1 : 0),
    usage: addUsage(rollup.usage, entry.usage),
    costPico: rollup.costPico + entry.costPico,
    assumedPico: rollup.assumedPico + (entry.kind === 'assumed' ? entry.costPico : 0n),
    correctionPico: rollup.correctionPico + (entry.kind === 'correction' ? entry.costPico : 0n),
  };
}
