import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { controlKeys, ledgerKeys } from '../functions/adapters/tables.ts';
import { REFUSALS } from '../functions/core/errors.ts';
import { sourceFiles } from './support/source-tree.ts';

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

  it('lists every kind of item of both tables', () => {
    const keys = [
      ...Object.values(controlKeys).map((key) => (typeof key === 'function' ? key('', '', '', '').pk : key.pk)),
      ...[ledgerKeys.entries('', 0), ledgerKeys.rollups(''), ledgerKeys.dirty, ledgerKeys.progress.pk],
    ];
    const storage = read('docs/storage.md');
    const kinds = keys.map((key) => /^[a-z]+(#[a-z]+)?/.exec(key)?.[0] ?? key);
    expect(kinds.filter((kind) => !new RegExp(`\`(pk = )?${kind}\\b`).test(storage))).toEqual([]);
  });

  it('tells the operator what every line in the log means', () => {
    const operations = read('docs/operations.md');
    const events = sourceFiles(ROOT, ['functions']).flatMap(({ text }) =>
      [...text.matchAll(/\blog\('(\w+)'|each\(.*'(\w+_failed)'/g)].map(([, logged, failed]) => logged ?? failed),
    );
    expect(events.length).toBeGreaterThan(15);
    expect(events.filter((event) => !operations.includes(`\`${event}\``))).toEqual([]);
  });

  it('tells the operator what every alert means', () => {
    const operations = read('docs/operations.md');
    const alerts = sourceFiles(ROOT, ['functions']).flatMap(({ text }) =>
      [...text.matchAll(/publish\(\{\s*kind: '(\w+)'/g)].map(([, kind]) => kind),
    );
    expect(alerts.length).toBeGreaterThan(1);
    expect(alerts.filter((kind) => !operations.includes(`alert \`${kind}\``))).toEqual([]);
  });
});
