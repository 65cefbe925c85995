import type { PicoUsd } from '../money.ts';
import type { Rollup } from '../rollup.ts';
import type { DaySlots } from './day-slots.ts';

/** What a template cost in a UTC hour of a local day, or a part of it. */
export type HourCost = Pick<Rollup, 'feature' | 'template' | 'day' | 'hour' | 'costPico'>;

/** What one template cost in each UTC hour of each local day. */
export type TemplateCosts = {
  readonly feature: string;
  readonly template: string;
  readonly byDay: ReadonlyMap<string, ReadonlyMap<string, PicoUsd>>;
};

type Costs = { readonly feature: string; readonly template: string; readonly byDay: Map<string, Map<string, PicoUsd>> };

/** Costs by template and hour: all that a spike is found with. Memory grows with templates x hours, not with calls. */
export class CostSeries {
  readonly #templates = new Map<string, Costs>();
  readonly #dayTotals = new Map<string, PicoUsd>();

  add({ feature, template, day, hour, costPico }: HourCost): void {
    const key = `${feature}#${template}`;
    const costs = this.#templates.get(key) ?? { feature, template, byDay: new Map() };
    const ofDay = costs.byDay.get(day) ?? new Map<string, PicoUsd>();
    ofDay.set(hour, (ofDay.get(hour) ?? 0n) + costPico);
    costs.byDay.set(day, ofDay);
    this.#templates.set(key, costs);
    this.#dayTotals.set(day, this.dayTotal(day) + costPico);
  }

  templates(): TemplateCosts[] {
    return [...this.#templates.values()];
  }

  /** The first local day with usage: days before it say nothing about what is usual. */
  firstDay(): string | undefined {
    return [...this.#dayTotals.keys()].toSorted()[0];
  }

  /** All templates together. */
  dayTotal(day: string): PicoUsd {
    return this.#dayTotals.get(day) ?? 0n;
  }
}

/** Slot by slot, zero where nothing was spent. */
export function costsOf({ byDay }: TemplateCosts, { day, hours }: DaySlots): PicoUsd[] {
  const ofDay = byDay.get(day);
  return hours.map((hour) => ofDay?.get(hour) ?? 0n);
}

export function dayCost({ byDay }: TemplateCosts, { day }: Pick<DaySlots, 'day'>): PicoUsd {
  let sum = 0n;
  for (const cost of byDay.get(day)?.values() ?? []) sum += cost;
  return sum;
}
