import { allowanceOf, type CapPeriod } from './budget.ts';
import { monthOf } from './calendar.ts';
import { emptyGate, type Gate, type Scope } from './gate.ts';
import { capsOf, featureOf, ORG, pathOf } from './gate-tree.ts';
import { type PicoUsd, sumPico } from './money.ts';
import { type Override, raisedBy } from './override/override.ts';
import type { Settings } from './settings.ts';

/** One budget of one scope as it stands; docs/storage.md says what its parts are. */
export type BudgetRow = {
  readonly scope: Scope;
  readonly period: CapPeriod;
  /** The local day, the month, or the UTC hour. */
  readonly of: string;
  /** In force, raises included; undefined: only the scopes above bound it. */
  readonly capPico: PicoUsd | undefined;
  readonly raisedPico: PicoUsd;
  /** Spent, held, or moved down to children: what counts against the cap. */
  readonly committedPico: PicoUsd;
  /** The part of it that calls in flight and batch chunks hold. */
  readonly heldPico: PicoUsd;
  /** What the scope above has moved down here, unspent; undefined for the organization. */
  readonly allowancePico: PicoUsd | undefined;
  /** Cap less committed. Below zero where a raise has ended or a cap was lowered: then nothing more is admitted. */
  readonly leftPico: PicoUsd | undefined;
};

type View = {
  readonly gates: ReadonlyMap<Scope, Gate>;
  readonly settings: Settings;
  readonly overrides: readonly Override[];
  readonly nowMs: number;
  readonly day: string;
  readonly hour: string;
};

/** The budgets of a scope: its day, its month and, where it has a cap of its own for that, its hour. */
export function budgetRows(scope: Scope, view: View): BudgetRow[] {
  const { gates, settings, day, hour } = view;
  const month = monthOf(day);
  const gate = gates.get(scope) ?? emptyGate(scope);
  const leaves = [...gates.values()].filter((leaf) => pathOf(leaf.scope, settings).includes(scope));
  const held = leaves.flatMap(({ holds, chunks }) => [...holds, ...chunks.map((chunk) => ({ ...chunk, hour: undefined }))]);
  const { dailyPico, monthlyPico } = capsOf(scope, settings);
  const hourlyPico = settings.features[featureOf(scope) ?? '']?.caps.hourlyPico;
  const ofMonth = Object.entries(gate.allowance).filter(([of]) => monthOf(of) === month);
  const row = rowOf(scope, view);
  return [
    ...(hourlyPico === undefined
      ? []
      : [
          row('hourly', hour, hourlyPico, {
            committedPico: sumPico(leaves.map((leaf) => leaf.committedByHour[hour] ?? 0n)),
            held: held.filter((one) => one.hour === hour),
            allowancePico: allowanceOf(gate, day),
          }),
        ]),
    row('daily', day, dailyPico, {
      committedPico: gate.committedByDay[day] ?? 0n,
      held: held.filter((one) => one.day === day),
      allowancePico: allowanceOf(gate, day),
    }),
    row('monthly', month, monthlyPico, {
      committedPico: gate.committedByMonth[month] ?? 0n,
      held: held.filter((one) => monthOf(one.day) === month),
      allowancePico: sumPico(ofMonth.map(([, pico]) => pico)),
    }),
  ];
}

type Amounts = {
  readonly committedPico: PicoUsd;
  readonly held: readonly { readonly amountPico: PicoUsd }[];
  readonly allowancePico: PicoUsd;
};

const rowOf =
  (scope: Scope, { overrides, nowMs }: View) =>
  (period: CapPeriod, of: string, ownPico: PicoUsd | undefined, { committedPico, held, allowancePico }: Amounts): BudgetRow => {
    // A cap that there is not cannot be raised.
    const raisedPico = ownPico === undefined ? 0n : raisedBy(overrides, scope, nowMs);
    const capPico = ownPico === undefined ? undefined : ownPico + raisedPico;
    return {
      ...{ scope, period, of, capPico, raisedPico, committedPico },
      heldPico: sumPico(held.map(({ amountPico }) => amountPico)),
      allowancePico: scope === ORG ? undefined : allowancePico,
      leftPico: capPico === undefined ? undefined : capPico - committedPico,
    };
  };
