import { type BudgetRow, budgetRows } from '../functions/core/budget-view.ts';
import { localDay, utcHour } from '../functions/core/calendar.ts';
import { featureScope, ORG, pathOf, teamScope, UNASSIGNED_FEATURE } from '../functions/core/gate-tree.ts';
import { displayUsd, PICO_PER_USD, type PicoUsd, picoToUsd, usdToPico } from '../functions/core/money.ts';
import type { Settings } from '../functions/core/settings.ts';
import { raiseBudget } from '../functions/use-cases/operate.ts';
import { readGates } from '../functions/use-cases/read-gates.ts';
import type { OperatedStack } from './operated-stack.ts';
import { type Desk, openDesk } from './operator-desk.ts';
import { overrideJson } from './override-json.ts';
import { printTable } from './print-table.ts';
import { UsageError } from './terminal.ts';

const BUDGETED = ['org', 'team', 'feature'] as const;

/** What is left of each budget, of one scope and those above it, or of all. */
export async function budget(stack: OperatedStack, typed: string | undefined, options: { readonly json?: boolean }): Promise<string> {
  const desk = await openDesk(stack);
  const scope = typed === undefined ? undefined : await desk.scope(typed, BUDGETED);
  const { rows, above } = await readBudgets(scope, desk);
  const { day, at } = momentOf(desk);
  if (options.json === true)
    return JSON.stringify({ at, day, rows: rows.map(rowJson), ...(scope === undefined ? {} : { above: above.map(rowJson) }) });
  const shown = tableOf(rows);
  const bound = above.length === 0 ? [] : ['', 'Bounded by the budgets above it too:', tableOf(above)];
  return [`Budgets at ${desk.at(desk.nowMs)}`, '', shown, ...bound].join('\n');
}

/** Adds to every cap of a scope until then. */
export async function raise(
  stack: OperatedStack,
  typed: string,
  options: { readonly by: string; readonly until: string; readonly reason: string; readonly json?: boolean },
): Promise<string> {
  const desk = await openDesk(stack);
  const scope = await desk.scope(typed, BUDGETED);
  const byPico = dollars(options.by);
  const untilMs = desk.until(options.until);
  if (options.reason.trim() === '') throw new UsageError('--reason: say why; it is in the audit trail and in the weekly report');
  const before = await readBudgets(scope, desk);
  if (before.rows.every(({ capPico }) => capPico === undefined))
    throw new UsageError(`${scope} has no cap of its own to raise: raise a scope above it`);
  const raised = await raiseBudget({ scope, byPico, untilMs, reason: options.reason }, desk.ports);
  if (options.json === true) return JSON.stringify(overrideJson(raised));
  const { rows, above } = await readBudgets(scope, desk);
  const tight = above.filter(({ leftPico }) => leftPico !== undefined && leftPico < byPico);
  return [
    `Every cap of ${scope} is ${displayUsd(byPico)} higher until ${desk.at(untilMs)}. Every environment knows within 2 seconds.`,
    '',
    tableOf(rows),
    ...tight.map((row) => `${row.scope} has only ${shownUsd(row.leftPico)} left ${PERIODS[row.period]}: it bounds this raise.`),
  ].join('\n');
}

const PERIODS = { hourly: 'this hour', daily: 'today', monthly: 'this month' };

function dollars(text: string): PicoUsd {
  try {
    const pico = usdToPico(text.replace(/^\$/, ''));
    if (pico > 0n) return pico;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new UsageError(`--by ${text}: an amount in USD above zero, such as 50 or 12.50`);
}

const momentOf = ({ nowMs, settings }: Desk) => ({
  at: new Date(nowMs).toISOString(),
  day: localDay(nowMs, settings.timezone),
  hour: utcHour(nowMs),
});

async function readBudgets(scope: string | undefined, desk: Desk): Promise<{ rows: BudgetRow[]; above: BudgetRow[] }> {
  const { ports, settings, nowMs } = desk;
  const [gates, overrides] = await Promise.all([readGates(ports), ports.overrideStore.all()]);
  const view = { gates, settings, overrides, nowMs, ...momentOf(desk) };
  const of = (scopes: readonly string[]) => scopes.flatMap((one) => budgetRows(one, view));
  if (scope !== undefined) return { rows: of([scope]), above: of(pathOf(scope, settings).slice(1)) };
  return {
    rows: of(scopesOf(settings)).filter((row) => row.scope !== featureScope(UNASSIGNED_FEATURE) || row.committedPico !== 0n),
    above: [],
  };
}

/** In the order of the configuration; shards are parts of their feature. */
const scopesOf = ({ teams, features }: Settings): string[] => [
  ORG,
  ...Object.keys(teams).map(teamScope),
  ...[...Object.keys(features), UNASSIGNED_FEATURE].map(featureScope),
];

/** A scope without a cap of its own and without a call says nothing. */
const tableOf = (rows: readonly BudgetRow[]): string =>
  printTable([HEAD, ...rows.filter(({ capPico, committedPico }) => capPico !== undefined || committedPico !== 0n).map(rowText)]);

const HEAD = ['scope', 'budget', 'cap', 'raised', 'committed', 'held', 'moved down', 'left'];

/** Cents hide what little costs. */
const shownUsd = (pico: PicoUsd | undefined): string => {
  if (pico === undefined) return '–';
  return displayUsd(pico, pico !== 0n && pico > -PICO_PER_USD && pico < PICO_PER_USD ? 4 : 2);
};

const rowText = ({ scope, period, capPico, raisedPico, committedPico, heldPico, allowancePico, leftPico }: BudgetRow): string[] => [
  scope,
  period,
  shownUsd(capPico),
  raisedPico === 0n ? '–' : shownUsd(raisedPico),
  ...[committedPico, heldPico].map(shownUsd),
  scope === ORG ? '–' : shownUsd(allowancePico),
  shownUsd(leftPico),
];

const usd = (pico: PicoUsd | undefined): string | null => (pico === undefined ? null : picoToUsd(pico));

const rowJson = ({ scope, period, of, capPico, raisedPico, committedPico, heldPico, allowancePico, leftPico }: BudgetRow) => ({
  ...{ scope, period, of },
  capUsd: usd(capPico),
  raisedUsd: usd(raisedPico),
  committedUsd: usd(committedPico),
  heldUsd: usd(heldPico),
  allowanceUsd: usd(allowancePico),
  leftUsd: usd(leftPico),
});
