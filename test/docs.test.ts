import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REFUSALS } from '../functions/core/errors.ts';

const ROOT = resolve(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'functions/README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

describe('the documentation', () => {
  it('has a heading for every code that a refusal or a failure can carry, and for no other', () => {
    const failures = [...read('functions/core/errors.ts').matchAll(/^ {2}\| '([a-z_]+)'|FailureCode =\s*'([a-z_]+)'/gm)].map(
      ([, a, b]) => a ?? b,
    );
    const codes = new Set([...Object.keys(REFUSALS), ...failures]);
    const headings = [...read('docs/errors.md').matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
    expect(headings.toSorted()).toEqual([...codes].toSorted());
  });

  it('shows the two commands on the first screen of the README', () => {
    const screen = read('README.md').split('\n').slice(0, 25).join('\n');
    expect(screen).toContain('npm ci && npm start');
    expect(screen).toContain('npm ci && npm test');
  });

  it('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const named = pages.flatMap((page) => [...read(page).matchAll(/npm run ([a-z:]+)/g)].map(([, script]) => script));
    expect(named.filter((script) => script !== undefined && !(script in scripts))).toEqual([]);
  });

  it('links only to files that exist', () => {
    const broken = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
        .map(([, target = '']) => join(dirname(page), target))
        .filter((target) => !existsSync(join(ROOT, target)))
        .map((target) => `${page} -> ${target}`),
    );
    expect(broken).toEqual([]);
  });
});
