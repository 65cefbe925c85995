import { byMeter, type Charge, type Rollup } from '../rollup.ts';
import { addUsage } from '../usage.ts';

/** The rollups of one local day, summed over its hours. */
export type DayUsage = Omit<Rollup, 'hour' | 'escalations'>;

type Sum = { readonly usage: DayUsage; readonly charges: Map<string, Charge> };

const keyOf = ({ day, feature, template, team, owner, model, provider, modelId, mode }: DayUsage): string =>
  [day, feature, template, team, owner, model, provider, modelId, mode].join('\u0000');

/** Rollups summed one at a time: memory grows with what is told apart, not with the hours. */
export class UsageFold {
  readonly #byTemplate: boolean;
  readonly #sums = new Map<string, Sum>();

  /** Without `byTemplate` the templates of a feature are one, named ''. */
  constructor(byTemplate: boolean) {
    this.#byTemplate = byTemplate;
  }

  add({ hour: _, escalations: __, ...rollup }: Rollup): void {
    const added = this.#byTemplate ? rollup : { ...rollup, template: '' };
    const known = this.#sums.get(keyOf(added));
    const charges = known?.charges ?? new Map<string, Charge>();
    for (const charge of added.charges) {
      const id = `${charge.meter} ${charge.unitPricePico}`;
      charges.set(id, { ...charge, tokens: charge.tokens + (charges.get(id)?.tokens ?? 0) });
    }
    this.#sums.set(keyOf(added), { usage: known === undefined ? added : plus(known.usage, added), charges });
  }

  /** Sorted by name: the same rollups in any order give the same answer. */
  sums(): DayUsage[] {
    const sorted = [...this.#sums].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return sorted.map(([, { usage, charges }]) => ({ ...usage, charges: [...charges.values()].toSorted(byMeter) }));
  }
}

const plus = (a: DayUsage, b: DayUsage): DayUsage => ({
  ...a,
  calls: a.calls + b.calls,
  usage: addUsage(a.usage, b.usage),
  costPico: a.costPico + b.costPico,
  assumedPico: a.assumedPico + b.assumedPico,
  correctionPico: a.correctionPico + b.correctionPico,
});
