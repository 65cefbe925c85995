import { displayUsd } from '../functions/core/money.ts';
import { type Act, stateOfAct } from '../functions/core/override/act.ts';
import { isActive, type Override } from '../functions/core/override/override.ts';
import { ALLOWABLE_RULES } from '../functions/core/override/rules.ts';
import { allowRule, endOverride } from '../functions/use-cases/operate.ts';
import { suggest } from '../lib/configuration/nearest-name.ts';
import type { OperatedStack } from './operated-stack.ts';
import { type Desk, openDesk } from './operator-desk.ts';
import { actJson, overrideJson } from './override-json.ts';
import { printTable } from './print-table.ts';
import { OperatorError, UsageError } from './terminal.ts';

type Options = { readonly json?: boolean; readonly all?: boolean };

/** What is in force; with `all`, every act of the audit trail. */
export async function overrides(stack: OperatedStack, options: Options): Promise<string> {
  const desk = await openDesk(stack);
  return options.all === true ? trail(desk, options) : inForce(desk, options);
}

async function inForce({ ports, nowMs, at }: Desk, options: Options): Promise<string> {
  const active = (await ports.overrideStore.all())
    .filter((override) => isActive(override, nowMs))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  if (options.json === true) return JSON.stringify({ overrides: active.map(overrideJson) });
  if (active.length === 0) return 'No overrides are in force. `npx spillway overrides --all` shows past ones.';
  const rows = active.map((override) => [
    override.id,
    override.kind,
    override.scope,
    whatOf(override),
    override.untilMs === undefined ? 'resumed' : at(override.untilMs),
    override.by,
    override.reason,
  ]);
  return `${printTable([['id', 'kind', 'scope', 'what', 'until', 'by', 'reason'], ...rows])}\n\nEnd one before its time: npx spillway overrides end <id>`;
}

async function trail({ ports, nowMs, at }: Desk, options: Options): Promise<string> {
  const acts = await ports.overrideStore.acts();
  const stated = acts.map((act) => ({ act, state: stateOfAct(act, acts, nowMs) }));
  if (options.json === true) return JSON.stringify({ acts: stated.map(({ act, state }) => actJson(act, state)) });
  if (acts.length === 0) return 'Nobody has overridden anything yet.';
  const rows = stated.map(({ act, state }) => [
    ...[at(act.atMs), act.act, act.scope, whatOf(act)],
    ...[act.untilMs === undefined ? '' : at(act.untilMs), state, act.by, act.reason],
  ]);
  return printTable([['at', 'act', 'scope', 'what', 'until', 'state', 'by', 'reason'], ...rows]);
}

function whatOf(of: Override | Act): string {
  if ('byPico' in of && of.byPico !== undefined) return `+${displayUsd(of.byPico)}`;
  return 'rule' in of && of.rule !== undefined ? of.rule : '';
}

/** Exempts a scope from a rule. */
export async function allow(
  stack: OperatedStack,
  typed: string,
  options: Options & { readonly rule: string; readonly until: string; readonly reason?: string },
): Promise<string> {
  const desk = await openDesk(stack);
  const { rule } = options;
  if (!ALLOWABLE_RULES.some((known) => known === rule)) throw new UsageError(`--rule ${rule}: rules are ${suggest(rule, ALLOWABLE_RULES)}`);
  const scope = await desk.scope(typed);
  const allowed = await allowRule({ scope, rule, untilMs: desk.until(options.until), reason: options.reason ?? '' }, desk.ports);
  if (options.json === true) return JSON.stringify(overrideJson(allowed));
  return `${scope} is exempt from ${rule} until ${desk.at(allowed.untilMs ?? 0)}. Budgets hold all the same.`;
}

/** Ends one override before its time. */
export async function end(stack: OperatedStack, id: string, options: Options & { readonly reason?: string }): Promise<string> {
  const { ports, nowMs } = await openDesk(stack);
  const found = (await ports.overrideStore.all()).find((override) => override.id === id.toUpperCase() && isActive(override, nowMs));
  if (found === undefined) throw new OperatorError(`no override ${id} is in force: see \`npx spillway overrides\``);
  await endOverride(found, options.reason ?? '', ports);
  if (options.json === true) return JSON.stringify({ id: found.id, ended: true });
  return `The ${found.kind} of ${found.scope} is ended; every environment knows within 2 seconds.`;
}
