import { isList, isObject, type Json, type JsonObject } from '../json.ts';

/** Whether an event fits an EventBridge pattern. RangeError for a kind of filter that the local stack does not know. */
export function matchesPattern(pattern: JsonObject, event: JsonObject): boolean {
  return Object.entries(pattern).every(([key, wanted]) => {
    const actual = event[key];
    if (isObject(wanted)) return isObject(actual) && matchesPattern(wanted, actual);
    if (!isList(wanted)) throw new RangeError(`event pattern: ${key} is neither a list nor an object`);
    const candidates = isList(actual) ? actual : [actual];
    return wanted.some((filter) => candidates.some((candidate) => matchesFilter(filter, candidate)));
  });
}

function matchesFilter(filter: Json, actual: Json | undefined): boolean {
  if (!isObject(filter)) return filter === actual;
  const [kind = '', argument] = Object.entries(filter)[0] ?? [];
  if (kind === 'exists') return (actual !== undefined) === argument;
  if (kind === 'prefix') return typeof actual === 'string' && typeof argument === 'string' && actual.startsWith(argument);
  if (kind === 'anything-but') return actual !== undefined && !(isList(argument) ? argument : [argument]).some((value) => value === actual);
  throw new RangeError(`event pattern: the local stack does not know the filter ${kind}`);
}
