import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configurationJsonSchema, renderConfigurationSchema } from '../../lib/configuration/json-schema.ts';

type Node = Record<string, unknown>;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every named property of a schema, with where it is. */
function properties(schema: unknown, path = ''): { path: string; node: Node }[] {
  if (Array.isArray(schema)) return schema.flatMap((each) => properties(each, path));
  if (!isNode(schema)) return [];
  const own = isNode(schema['properties']) ? Object.entries(schema['properties']) : [];
  const named = own.flatMap(([key, node]) =>
    isNode(node) ? [{ path: `${path}.${key}`, node }, ...properties(node, `${path}.${key}`)] : [],
  );
  const below = ['anyOf', 'items', 'additionalProperties'].flatMap((key) => properties(schema[key], `${path}.${key}`));
  return [...named, ...below];
}

describe('the published schema of spillway.yaml', () => {
  it('is the one that the code has: `npx spillway config schema > docs/spillway.schema.json`', () => {
    expect(readFileSync('docs/spillway.schema.json', 'utf8')).toBe(renderConfigurationSchema());
  });

  it('describes every key', () => {
    const silent = properties(configurationJsonSchema()).filter(({ node }) => typeof node['description'] !== 'string');
    expect(silent.map(({ path }) => path)).toEqual([]);
    expect(properties(configurationJsonSchema()).length).toBeGreaterThan(60);
  });
});
