import { requestOf } from './assumed-entry.ts';
import { addDays, localDayStartMs } from './calendar.ts';
import { hoursBetween } from './closed-hours.ts';
import type { Gate } from './gate.ts';
import type { LedgerEntry } from './ledger.ts';
import { type PicoUsd, sumPico } from './money.ts';
import type { Rollup } from './rollup.ts';

/** One feature's closed day: what its gates say is committed, and what holds and entries add up to. Equal, or money has drifted. */
export type DayAudit = {
  readonly feature: string;
  readonly day: string;
  readonly committedPico: PicoUsd;
  readonly heldPico: PicoUsd;
  readonly bookedPico: PicoUsd;
};

/** A feature's own gate and its shards. */
export type FeatureGates = { readonly feature: string; readonly gates: readonly Gate[] };

/** Whether a day's batch money is settled in these gates: a chunk that still holds money counts its entries twice. */
export const isQuiet = (gates: readonly Gate[], day: string): boolean =>
  gates.every((gate) => gate.chunks.every((chunk) => chunk.day !== day));

/** The UTC hours in which calls of a local day were admitted, 23 to 26 of them. */
export const hoursOfDay = (day: string, timezone: string): string[] =>
  hoursBetween(localDayStartMs(day, timezone), localDayStartMs(addDays(day, 1), timezone) - 1);

/** What a gate has committed to calls of its own: what it has moved down to its children counts there. So a feature may be split at any time. */
export const ownCommittedPico = (gate: Gate, day: string): PicoUsd =>
  (gate.committedByDay[day] ?? 0n) - movedDown(gate.granted, day) + movedDown(gate.acceptedBack, day);

const movedDown = (transfers: Gate['granted'], day: string): PicoUsd =>
  sumPico(Object.entries(transfers).map(([key, amount]) => (key.endsWith(`#${day}`) ? amount : 0n)));

/** Sums of a local day, from its rollups or from its entries. Corrections change the ledger and no gate: `spent` leaves them out. */
export class DaySums {
  readonly #spent = new Map<string, PicoUsd>();
  readonly #byHour = new Map<string, PicoUsd>();
  calls = 0;

  addRollup({ hour, feature, calls, costPico, correctionPico }: Rollup): void {
    this.#add(hour, feature, costPico, costPico - correctionPico);
    this.calls += calls;
  }

  /** `isHeld`: the entry's hold is still in its gate, and counts there. */
  addEntry({ hour, feature, kind, costPico }: LedgerEntry, isHeld: boolean): void {
    this.#add(hour, feature, costPico, isHeld || kind === 'correction' ? 0n : costPico);
  }

  spentPico(feature: string): PicoUsd {
    return this.#spent.get(feature) ?? 0n;
  }

  /** Hours in which the other sums of these features differ. */
  differingHours(other: DaySums, features: ReadonlySet<string>): string[] {
    const keys = [...new Set([...this.#byHour.keys(), ...other.#byHour.keys()])];
    const differing = keys.filter((key) => (this.#byHour.get(key) ?? 0n) !== (other.#byHour.get(key) ?? 0n)).map((key) => key.split('#'));
    return [...new Set(differing.flatMap(([hour = '', feature = '']) => (features.has(feature) ? [hour] : [])))];
  }

  #add(hour: string, feature: string, costPico: PicoUsd, spentPico: PicoUsd): void {
    const key = `${hour}#${feature}`;
    this.#byHour.set(key, (this.#byHour.get(key) ?? 0n) + costPico);
    this.#spent.set(feature, (this.#spent.get(feature) ?? 0n) + spentPico);
  }
}

const holdsOf = ({ gates }: FeatureGates, day: string) => gates.flatMap((gate) => gate.holds.filter((hold) => hold.day === day));

/** The entries, as `entryKey`, that count in their gates while their hold is there. */
export const heldEntries = (features: readonly FeatureGates[], day: string): Set<string> =>
  new Set(features.flatMap((one) => holdsOf(one, day).map((hold) => entryKey(requestOf(hold, one.feature)))));

export const entryKey = ({ requestId, attempt }: { readonly requestId: string; readonly attempt: number }) => `${requestId}#${attempt}`;

/** Committed money of one feature against its holds and what its entries without a hold have cost. The gates must have been read BEFORE these. */
export function auditFeatureDay(one: FeatureGates, day: string, sums: DaySums): DayAudit {
  const heldPico = sumPico(holdsOf(one, day).map((hold) => hold.amountPico));
  const committedPico = sumPico(one.gates.map((gate) => ownCommittedPico(gate, day)));
  return { feature: one.feature, day, committedPico, heldPico, bookedPico: heldPico + sums.spentPico(one.feature) };
}

export const hasDrifted = ({ committedPico, bookedPico }: DayAudit): boolean => committedPico !== bookedPico;
