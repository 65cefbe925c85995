import type { Refusal } from '../core/errors.ts';
import type { RouteRequest } from '../core/wire/route.ts';
import { parseRouteRequest } from '../schemas/route.ts';
import { type Caller, featureFor } from './callers.ts';

/** Makes a whole request of a vendor's one: its tags come in headers, since vendors' bodies have no place for them. */
export function taggedRequest(
  translated: object,
  headers: Headers,
  caller: Caller,
): { kind: 'parsed'; value: RouteRequest } | { kind: 'refused'; refusal: Refusal } {
  const bound = featureFor(caller, headers.get('x-spillway-feature') ?? '');
  if ('refusal' in bound) return { kind: 'refused', refusal: bound.refusal };
  const optional = { run: headers.get('x-spillway-run'), parentRun: headers.get('x-spillway-parent-run') };
  const tags = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null));
  return parseRouteRequest({ ...translated, ...tags, feature: bound.feature, template: headers.get('x-spillway-template') ?? '' });
}
