import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bundleFunctions, FUNCTION_NAMES } from '../../lib/bundles.ts';

const directory = mkdtempSync(join(tmpdir(), 'spillway-bundles-test-'));
bundleFunctions(directory);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const textOf = (name: string) => readFileSync(join(directory, name, 'index.mjs'), 'utf8');

describe('the bundles', () => {
  it('are one file a function, and nothing beside it', () => {
    expect(readdirSync(directory).sort()).toEqual([...FUNCTION_NAMES].sort());
    for (const name of FUNCTION_NAMES) expect(readdirSync(join(directory, name))).toEqual(['index.mjs']);
  });

  it.each([...FUNCTION_NAMES])('of %s need nothing but Node itself: the AWS SDK is inside, at the version that was tested', (name) => {
    const imported = [...textOf(name).matchAll(/(?:^|[;}\n])import(?:[\w*{}$\s,]+from)?\s*["']([^"']+)["']/g)].map(
      ([, target = '']) => target,
    );
    expect(imported).not.toHaveLength(0);
    const foreign = imported.filter((target) => !target.startsWith('node:') && !builtinModules.includes(target));
    expect(foreign).toEqual([]);
  });

  it('export the handler that the template names', () => {
    for (const name of FUNCTION_NAMES) expect(textOf(name)).toMatch(/export\{[^}]*\bas handler\b[^}]*\}/);
  });
});
