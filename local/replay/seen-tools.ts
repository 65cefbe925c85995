import type { Json, Tool } from '../../functions/core/wire/converse.ts';
import { argumentsOf, type Conversation } from './conversation.ts';

/** A recording names no tools, only calls of them. The tools are what all its calls fit: every argument seen, of the type seen. */
export function toolsSeen(conversations: readonly Conversation[]): Tool[] {
  const calls = conversations.flatMap(({ messages }) => messages.flatMap((message) => message.tool_calls ?? []));
  const byName = Map.groupBy(calls, (call) => call.function.name);
  return [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, uses]) => ({
      toolSpec: { name, description: `The tool ${name}.`, inputSchema: { json: schemaOf(uses.map(argumentsOf)) } },
    }));
}

function schemaOf(values: readonly Json[]): Json {
  const seen = new Map<string, Set<string>>();
  for (const value of values) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) continue;
    for (const [name, argument] of Object.entries(value)) seen.set(name, (seen.get(name) ?? new Set()).add(typeOf(argument)));
  }
  const properties = [...seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, types]) => [name, typed([...types].sort())]);
  return { type: 'object', properties: Object.fromEntries(properties) };
}

const typed = (types: readonly string[]): Json => (types.length === 1 ? { type: types[0] ?? 'string' } : { type: types });

function typeOf(value: Json | undefined): string {
  if (value === null || value === undefined) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
