import type { Json } from '../../functions/core/wire/converse.ts';

type Schema = { readonly [keyword: string]: Json };
const isSchema = (value: Json | undefined): value is Schema => value !== null && typeof value === 'object' && !Array.isArray(value);

const PLAIN: Readonly<Record<string, Json>> = { string: 'example', integer: 1, number: 1.5, boolean: true, null: null };

/** A small value that fits a JSON Schema: constants, enums, types, required properties, lengths. What else a schema says is ignored. */
export function instanceOf(schema: Json | undefined): Json {
  if (!isSchema(schema)) return {};
  if (schema['const'] !== undefined) return schema['const'];
  const first = [schema['enum'], schema['examples']].find((values) => Array.isArray(values));
  if (Array.isArray(first) && first.length > 0) return first[0];
  const choice = [schema['anyOf'], schema['oneOf']].find((values) => Array.isArray(values));
  if (Array.isArray(choice)) return instanceOf(choice[0]);
  const type = Array.isArray(schema['type']) ? schema['type'][0] : schema['type'];
  if (type === 'array') return Array.from({ length: Math.max(1, Number(schema['minItems'] ?? 1)) }, () => instanceOf(schema['items']));
  if (type === 'string') return stringFor(schema);
  if (type === 'integer' || type === 'number') return Number(schema['minimum'] ?? PLAIN[type]);
  if (typeof type === 'string' && type !== 'object') return PLAIN[type] ?? null;
  const properties = isSchema(schema['properties']) ? schema['properties'] : {};
  return Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, instanceOf(property)]));
}

function stringFor(schema: Schema): string {
  if (schema['format'] === 'date') return '2026-01-01';
  if (schema['format'] === 'date-time') return '2026-01-01T00:00:00Z';
  return 'example'.padEnd(Number(schema['minLength'] ?? 0), '.').slice(0, Number(schema['maxLength'] ?? 1_000));
}
