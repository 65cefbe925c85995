import { isActive, type Override, pauseOf } from '../functions/core/override/override.ts';
import { parseScope, scopesOf } from '../functions/core/override/scope.ts';
import { pauseScope, resetScope, resumeScope } from '../functions/use-cases/operate.ts';
import type { OperatedStack } from './operated-stack.ts';
import { type Desk, openDesk } from './operator-desk.ts';
import { overrideJson } from './override-json.ts';

type Options = { readonly reason?: string; readonly json?: boolean };

/** Stops every call of a scope. */
export async function pause(stack: OperatedStack, typed: string, options: Options & { readonly until?: string }): Promise<string> {
  const desk = await openDesk(stack);
  const scope = await desk.scope(typed);
  const until = options.until === undefined ? {} : { untilMs: desk.until(options.until, Number.POSITIVE_INFINITY) };
  const paused = await pauseScope({ scope, reason: options.reason ?? '', ...until }, desk.ports);
  if (options.json === true) return JSON.stringify(overrideJson(paused));
  const end = paused.untilMs === undefined ? 'until `npx spillway resume` ends it' : `until ${desk.at(paused.untilMs)}`;
  return `${scope} is paused ${end}. Every environment obeys within 2 seconds; callers are refused \`paused\`.`;
}

/** Ends the pauses of a scope, and says what else stops it. */
export async function resume(stack: OperatedStack, typed: string, options: Options): Promise<string> {
  const desk = await openDesk(stack);
  const scope = await desk.scope(typed);
  const ended = await resumeScope({ scope, reason: options.reason ?? '' }, desk.ports);
  const stillPausedBy = await wider(scope, desk);
  if (options.json === true) return JSON.stringify({ scope, resumed: ended.length > 0, stillPausedBy: stillPausedBy ?? null });
  const said = ended.length > 0 ? `${scope} is no longer paused.` : `${scope} was not paused.`;
  if (stillPausedBy !== undefined) return `${said}\nIts calls are still stopped: ${stillPausedBy} is paused.`;
  return ended.length > 0 ? `${said} Every environment obeys within 2 seconds.` : said;
}

/** Closes the tripped breaker of a feature, a template or a run. */
export async function reset(stack: OperatedStack, typed: string, options: Options): Promise<string> {
  const desk = await openDesk(stack);
  const scope = await desk.scope(typed, ['feature', 'template', 'run']);
  const { wasOpen } = await resetScope({ scope, reason: options.reason ?? '' }, desk.ports);
  const paused = (await activePauses(desk)).some((override) => override.scope === scope);
  if (options.json === true) return JSON.stringify({ scope, wasOpen, paused });
  const said = wasOpen ? `The breaker of ${scope} was open and is closed.` : `The breaker of ${scope} was closed already.`;
  return paused ? `${said}\n${scope} is paused by an operator: \`npx spillway resume ${scope}\`.` : said;
}

async function activePauses({ ports, nowMs }: Desk): Promise<Override[]> {
  return (await ports.overrideStore.all()).filter((override) => override.kind === 'pause' && isActive(override, nowMs));
}

/** The scope around this one that is paused still, if any. */
async function wider(scope: string, desk: Desk): Promise<string | undefined> {
  const named = parseScope(scope);
  const [feature = ''] = named?.name.split('/') ?? [];
  const known = desk.settings.features[feature];
  const isOfFeature = named?.kind === 'feature' || named?.kind === 'template';
  const around = known !== undefined && isOfFeature ? scopesOf({ team: known.team, feature }) : ['org'];
  const others = around.filter((one) => one !== scope);
  return pauseOf(await activePauses(desk), others, desk.nowMs)?.scope;
}
