import { DAY_MS } from '../calendar.ts';
import { maxPico, type PicoUsd } from '../money.ts';
import type { Place } from './bill-line.ts';
import { meterSum, metersOf, type Side } from './side.ts';
import type { Why } from './why.ts';

/** A place with both its sides. */
export type Compared = { readonly place: Place; readonly billed: Side; readonly booked: Side };

export type Judging = {
  /** Share of the larger side that a difference may have, in millionths. */
  readonly toleranceMillionths: bigint;
  /** When the bill was exported: what happened up to two days before may not be in it. */
  readonly exportedAtMs: number;
  /** Money of a day's lines whose names no configured model has. */
  readonly unmappedOn: (day: string) => PicoUsd;
  readonly isFeature: (name: string) => boolean;
};

/** AWS finishes a day's lines within 24 to 48 hours. Source: Amazon Bedrock user guide, cost management. */
const BILLED_AFTER_MS = 2 * DAY_MS;
const CENT: PicoUsd = 10n ** 10n;
const MILLIONTHS = 1_000_000n;
/** How near a ratio has to be: prices have few digits. */
const RATIO_SLACK = 1_000n;
const REGIONAL = [1_100_000n, 909_091n];

const abs = (x: bigint): bigint => (x < 0n ? -x : x);
const near = (a: bigint, b: bigint, millionths: bigint): boolean => abs(a - b) * MILLIONTHS <= millionths * maxPico(abs(a), abs(b));
export const driftOf = ({ billed, booked }: Compared): PicoUsd => billed.costPico - booked.costPico;

/** A cent is always forgiven. */
export const agrees = (a: PicoUsd, b: PicoUsd, millionths: bigint): boolean => abs(a - b) <= CENT || near(a, b, millionths);

/** Why a place's two sides differ, by itself: neighbours and the rest of the bill may explain it better. */
export function classify(compared: Compared, judging: Judging): Why {
  const { place, billed, booked } = compared;
  const drift = driftOf(compared);
  if (place.unmapped) return 'unmapped';
  if (agrees(billed.costPico, booked.costPico, judging.toleranceMillionths)) return 'matches';
  if (drift < 0n) {
    if (Date.parse(`${place.day}T00:00:00Z`) + DAY_MS + BILLED_AFTER_MS > judging.exportedAtMs) return 'not_in_bill_yet';
    if (isNothing(billed) && fitsUnmapped(compared, judging)) return 'unmapped';
    if (agrees(billed.costPico, maxPico(billed.costPico, booked.costPico - booked.unmeteredPico), judging.toleranceMillionths))
      return 'assumed_calls';
    if (isNothing(billed)) return 'not_in_bill';
  }
  if (isNothing(booked)) return 'outside_spillway';
  if (!countsTokens(billed)) return allRegional([ratioOf(billed.costPico, booked.costPico)]) ? 'regional_price' : 'cost_differs';
  return sameTokens(compared, judging.toleranceMillionths) ? whyOfPrice(compared) : whyOfTokens(compared, judging);
}

/** The bill may have it under a name that nobody configured. */
const fitsUnmapped = ({ place, booked }: Compared, { unmappedOn, toleranceMillionths }: Judging): boolean =>
  unmappedOn(place.day) >= booked.costPico || agrees(unmappedOn(place.day), booked.costPico, toleranceMillionths);

const isNothing = (side: Side): boolean => side.costPico === 0n && metersOf(side).length === 0;
const countsTokens = (side: Side): boolean => side.unmeteredPico === 0n && metersOf(side).length > 0;

export const sameTokens = ({ billed, booked }: Compared, millionths: bigint): boolean =>
  countsTokens(billed) &&
  metersOf(billed, booked).every((meter) => near(meterSum(billed, meter).tokens, meterSum(booked, meter).tokens, millionths));

/** `a / b` in millionths, or undefined: nothing to divide by. */
export const ratioOf = (a: PicoUsd, b: PicoUsd): bigint | undefined => (b === 0n ? undefined : (a * MILLIONTHS) / b);
export const sameRatio = (a: bigint | undefined, b: bigint): boolean => a !== undefined && near(a, b, RATIO_SLACK);

function whyOfPrice({ billed, booked }: Compared): Why {
  const paid = metersOf(billed, booked).filter(
    (meter) => meterSum(billed, meter).costPico !== 0n || meterSum(booked, meter).costPico !== 0n,
  );
  const ratios = paid.map((meter) => ratioOf(meterSum(billed, meter).costPico, meterSum(booked, meter).costPico));
  return allRegional(ratios) ? 'regional_price' : 'price_differs';
}

const allRegional = (ratios: readonly (bigint | undefined)[]): boolean =>
  ratios.length > 0 && REGIONAL.some((regional) => ratios.every((ratio) => sameRatio(ratio, regional)));

function whyOfTokens({ place, billed, booked }: Compared, { toleranceMillionths, isFeature }: Judging): Why {
  const more = metersOf(billed, booked).every((meter) => {
    const [paid, ours] = [meterSum(billed, meter).tokens, meterSum(booked, meter).tokens];
    return paid >= ours || near(paid, ours, toleranceMillionths);
  });
  return more && !isFeature(place.feature) ? 'outside_spillway' : 'tokens_differ';
}
