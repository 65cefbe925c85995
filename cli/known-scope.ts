import { UNASSIGNED_FEATURE } from '../functions/core/gate-tree.ts';
import { type NamedScope, parseScope, SCOPE_KINDS, type ScopeKind } from '../functions/core/override/scope.ts';
import type { Settings } from '../functions/core/settings.ts';
import { nearestName } from '../lib/configuration/nearest-name.ts';
import { OperatorError, UsageError } from './terminal.ts';

const FORMS = 'org, team:N, feature:N, template:F/N, run:ID, model:N, key:ID';
const RUN = /^[A-Za-z0-9._:-]{1,128}$/;

/** The scope that was typed, of one of these kinds and of a name that there is. UsageError for what is no such scope, OperatorError for a name unknown. */
export function knownScope(
  text: string,
  { settings, keyIds = [] }: { readonly settings: Settings; readonly keyIds?: readonly string[] },
  kinds: readonly ScopeKind[] = SCOPE_KINDS,
): string {
  const named = parseScope(text);
  if (named === undefined) throw new UsageError(`"${text}" is no scope: a scope is one of ${FORMS}${meant(text, settings)}`);
  if (!kinds.includes(named.kind)) throw new UsageError(`${text}: this takes ${kinds.join(', ')} only`);
  if (named.kind === 'run' && !RUN.test(named.name)) throw new UsageError(`"${named.name}" is no run id: it must match ${RUN.source}`);
  const known = namesOf(named, settings, keyIds);
  if (known === undefined || known.includes(named.name)) return text;
  const near = nearestName(named.name, known);
  const choice = near === undefined ? `there are ${known.slice(0, 20).join(', ') || 'none'}` : `did you mean ${named.kind}:${near}?`;
  throw new OperatorError(`unknown ${named.kind} ${named.name}: ${choice}`);
}

/** The names that there are; undefined where any will do. */
function namesOf({ kind, name }: NamedScope, settings: Settings, keyIds: readonly string[]): readonly string[] | undefined {
  if (kind === 'team') return Object.keys(settings.teams);
  if (kind === 'feature') return [...Object.keys(settings.features), UNASSIGNED_FEATURE];
  if (kind === 'model') return Object.keys(settings.models);
  if (kind === 'key') return keyIds;
  if (kind !== 'template') return undefined;
  const [feature = '', template = ''] = name.split('/');
  const isOpen = settings.features[feature]?.openTemplates === true && template !== '';
  return isOpen
    ? undefined
    : Object.values(settings.features).flatMap((one) => Object.keys(one.templates).map((of) => `${one.name}/${of}`));
}

/** Somebody who typed the bare name of a feature or a team is told its scope. */
function meant(text: string, { features, teams }: Settings): string {
  if (Object.hasOwn(features, text)) return ` (did you mean feature:${text}?)`;
  return Object.hasOwn(teams, text) ? ` (did you mean team:${text}?)` : '';
}
