import type { PicoUsd } from '../money.ts';
import { METERS, type Meter } from '../price-book.ts';
import { type Rollup, unmeteredPico } from '../rollup.ts';

export type MeterSum = { readonly tokens: bigint; readonly costPico: PicoUsd };

/** What one side, the bill or the ledger, says about a place. The meters' costs and `unmeteredPico` make up `costPico`. */
export type Side = {
  readonly costPico: PicoUsd;
  readonly meters: Readonly<Partial<Record<Meter, MeterSum>>>;
  /** Money without tokens: of the bill, lines that name none; of the ledger, holds of calls whose outcome nobody knows. */
  readonly unmeteredPico: PicoUsd;
};

export const NOTHING: Side = { costPico: 0n, meters: {}, unmeteredPico: 0n };

const NO_TOKENS: MeterSum = { tokens: 0n, costPico: 0n };

export const meterSum = (side: Side, meter: Meter): MeterSum => side.meters[meter] ?? NO_TOKENS;

/** `side` and so much more, under a meter where its tokens are known. */
export function addCost(side: Side, costPico: PicoUsd, meter?: Meter, tokens?: bigint): Side {
  if (meter === undefined || tokens === undefined)
    return { ...side, costPico: side.costPico + costPico, unmeteredPico: side.unmeteredPico + costPico };
  const sum = meterSum(side, meter);
  const meters = { ...side.meters, [meter]: { tokens: sum.tokens + tokens, costPico: sum.costPico + costPico } };
  return { ...side, costPico: side.costPico + costPico, meters };
}

export function addRollup(side: Side, rollup: Rollup): Side {
  const unmetered = unmeteredPico(rollup);
  const known = unmetered === 0n ? side : addCost(side, unmetered);
  return rollup.charges.reduce(
    (sum, { meter, unitPricePico, tokens }) => addCost(sum, BigInt(tokens) * unitPricePico, meter, BigInt(tokens)),
    known,
  );
}

export const metersOf = (...sides: readonly Side[]): Meter[] =>
  METERS.filter((meter) => sides.some((side) => side.meters[meter] !== undefined));
