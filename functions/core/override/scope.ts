import { featureScope, ORG, teamScope } from '../gate-tree.ts';

/** What an operator may name. `template` is `<feature>/<template>`; a run is every run of that name, whosever it is. */
export const SCOPE_KINDS = ['org', 'team', 'feature', 'template', 'run', 'model', 'key'] as const;
export type ScopeKind = (typeof SCOPE_KINDS)[number];
export type NamedScope = { readonly kind: ScopeKind; readonly name: string };

/** `org`, or `<kind>:<name>`; undefined for anything else. Whether the name is known is another question. */
export function parseScope(text: string): NamedScope | undefined {
  if (text === ORG) return { kind: 'org', name: '' };
  const cut = text.indexOf(':');
  const kind = SCOPE_KINDS.find((known) => known === text.slice(0, Math.max(0, cut)));
  const name = text.slice(cut + 1);
  if (kind === undefined || kind === 'org' || name === '') return undefined;
  if (kind === 'template' && !/^[^/]+\/[^/]+$/.test(name)) return undefined;
  return { kind, name };
}

export const templateScope = (feature: string, template: string): string => `template:${feature}/${template}`;

/** Every scope that a call is in: what an operator names stops or exempts it by any of them. */
export const scopesOf = (call: {
  readonly team: string;
  readonly feature: string;
  readonly template?: string;
  readonly model?: string;
  readonly run?: string | undefined;
  readonly key?: string | undefined;
}): string[] => [
  ORG,
  teamScope(call.team),
  featureScope(call.feature),
  ...(call.template === undefined ? [] : [templateScope(call.feature, call.template)]),
  ...(call.model === undefined ? [] : [`model:${call.model}`]),
  ...(call.run === undefined ? [] : [`run:${call.run}`]),
  ...(call.key === undefined ? [] : [`key:${call.key}`]),
];
