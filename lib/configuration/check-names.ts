import { NAME } from '../../functions/schemas/name.ts';
import type { Finding } from './configuration-problem.ts';
import { NAME_RULE } from './field-shapes.ts';
import type { SoundParts } from './salvage.ts';

/** Names that become keys, tags and parts of request ids. */
export function checkNames({ models = {}, teams = {}, features = {} }: SoundParts): Finding[] {
  const groups = Object.entries({ models, teams, features });
  const named = groups.flatMap(([group, members]) => Object.keys(members).map((name) => ({ path: [group, name], name })));
  const templates = Object.entries(features).flatMap(([feature, { templates: theirs }]) => {
    const path = ['features', feature, 'templates'];
    if (theirs === 'open') return [];
    if (Array.isArray(theirs)) return theirs.map((name, at) => ({ path: [...path, at], name }));
    return Object.keys(theirs).map((name) => ({ path: [...path, name], name }));
  });
  const bad = [...named, ...templates].filter(({ name }) => !NAME.test(name));
  return [
    ...bad.map(({ path, name }) => ({ path, message: `bad name ${JSON.stringify(name)}`, allowed: NAME_RULE })),
    ...('auto' in models
      ? [{ path: ['models', 'auto'], message: 'a model cannot be named auto', allowed: 'any other name: auto means “by routing”' }]
      : []),
    ...twins(Object.keys(features)).map(([name, other]) => ({
      path: ['features', name],
      message: `duplicate: ${name} and ${other} differ only by - and _, so their spend would be mixed up`,
      allowed: 'one spelling',
    })),
    ...Object.entries(features).flatMap(([feature, { templates: theirs }]) => repeated(feature, theirs)),
  ];
}

const plain = (name: string): string => name.toLowerCase().replaceAll('_', '-');

function twins(names: readonly string[]): [string, string][] {
  const first = new Map<string, string>();
  return names.flatMap((name) => {
    const other = first.get(plain(name));
    if (other !== undefined) return [[name, other] satisfies [string, string]];
    first.set(plain(name), name);
    return [];
  });
}

function repeated(feature: string, templates: unknown): Finding[] {
  if (!Array.isArray(templates)) return [];
  const path = (at: number) => ['features', feature, 'templates', at];
  return templates.flatMap((name, at) =>
    templates.indexOf(name) < at ? [{ path: path(at), message: `duplicate template ${name}`, allowed: 'each name once' }] : [],
  );
}
