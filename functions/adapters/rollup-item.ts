import { METERS, type Meter } from '../core/price-book.ts';
import type { Rollup } from '../core/rollup.ts';
import type { HourCost } from '../core/trace/cost-series.ts';
import { storedRollup } from '../schemas/ledger-entry.ts';
import { type Item, number, text } from './dynamodb-client.ts';
import { usageOf, usageTuple, VERSION } from './ledger-item.ts';
import { plainItem } from './plain-item.ts';

/** A rollup's attributes, without its key. */
export function rollupItem(rollup: Rollup): Item {
  const chargesOf = (meter: Meter) =>
    rollup.charges.filter((charge) => charge.meter === meter).map(({ unitPricePico, tokens }) => [`${unitPricePico}`, tokens]);
  return {
    v: number(VERSION),
    hour: text(rollup.hour),
    day: text(rollup.day),
    feature: text(rollup.feature),
    template: text(rollup.template),
    owner: text(rollup.owner),
    team: text(rollup.team),
    model: text(rollup.model),
    provider: text(rollup.provider),
    modelId: text(rollup.modelId),
    mode: text(rollup.mode),
    calls: number(rollup.calls),
    escalations: number(rollup.escalations),
    usage: text(JSON.stringify(usageTuple(rollup.usage))),
    charges: text(JSON.stringify(METERS.map(chargesOf))),
    cost: number(rollup.costPico),
    assumed: number(rollup.assumedPico),
    correction: number(rollup.correctionPico),
  };
}

/** Reads a rollup back. RangeError when it is not one of ours. */
export function parseRollup(item: Item): Rollup {
  const plain = plainItem(item);
  const json = (name: string): unknown => JSON.parse(String(plain[name]));
  const numbers = { v: Number(plain['v']), calls: Number(plain['calls']), escalations: Number(plain['escalations']) };
  const parsed = storedRollup.safeParse({ ...plain, ...numbers, usage: json('usage'), charges: json('charges') });
  if (!parsed.success) throw new RangeError(`unreadable rollup ${plain['pk']} ${plain['sk']}`);
  const { cost, assumed, correction, usage, charges, v: _, ...rest } = parsed.data;
  return {
    ...rest,
    usage: usageOf(usage),
    charges: METERS.flatMap((meter, at) => (charges[at] ?? []).map(([unitPricePico, tokens]) => ({ meter, unitPricePico, tokens }))),
    costPico: cost,
    assumedPico: assumed,
    correctionPico: correction,
  };
}

/** Reads what a rollup cost from its key and one attribute. RangeError when it is not one of ours. */
export function parseHourCost({ sk, cost }: Item, day: string): HourCost {
  const [hour, feature, template] = sk?.S?.split('#') ?? [];
  if (hour === undefined || feature === undefined || template === undefined || cost?.N === undefined)
    throw new RangeError(`unreadable rollup of ${day}: ${sk?.S}`);
  return { day, hour, feature, template, costPico: BigInt(cost.N) };
}
