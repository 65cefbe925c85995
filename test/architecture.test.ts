import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, type SourceFile, sourceFiles } from './support/source-tree.ts';

/**
 * Who may import whom. The first row whose `files` matches decides; an import must match one of its `may`
 * or lie in the file's own folder. `contract` stands for functions/<name>/contract.ts, the only place where infrastructure and functions meet.
 */
const LAYERS: readonly { name: string; files: RegExp; may: readonly RegExp[] }[] = [
  { name: 'core', files: /^functions\/core\//, may: [/^functions\/core\//] },
  { name: 'ports', files: /^functions\/ports\//, may: [/^functions\/(core|ports)\//] },
  { name: 'use-cases', files: /^functions\/use-cases\//, may: [/^functions\/(core|ports|use-cases)\//] },
  { name: 'schemas', files: /^functions\/schemas\//, may: [/^functions\/(core|schemas)\//, /^zod$/] },
  { name: 'runtime', files: /^functions\/runtime\//, may: [/^functions\/(core|runtime)\//, /^(zod|hono|aws-lambda)\b/, /^node:/] },
  {
    name: 'adapters',
    files: /^functions\/adapters\//,
    may: [/^functions\/(core|ports|adapters|schemas)\//, /^@(aws-sdk|smithy)\//, /^(nodemailer|ajv|ulid|zod)\b/, /^node:/],
  },
  { name: 'contract', files: /^functions\/[a-z-]+\/contract\.ts$/, may: [/^functions\/schemas\//, /^zod$/] },
  { name: 'handler', files: /^functions\/[a-z-]+\/handler\.ts$/, may: [/^functions\//, /^(hono|zod|aws-lambda)\b/, /^node:/] },
  {
    name: 'use case',
    files: /^functions\/[a-z-]+\//,
    may: [/^functions\/(core|ports|use-cases|schemas|runtime)\//, /^(hono|zod|aws-lambda)\b/],
  },
  {
    name: 'lib',
    files: /^lib\//,
    may: [
      /^lib\//,
      /^functions\/(core|schemas)\//,
      /^functions\/[a-z-]+\/contract\.ts$/,
      /^functions\/adapters\/tables\.ts$/,
      /^(aws-cdk-lib|constructs|cdk-nag|esbuild|zod|yaml|@pydantic\/genai-prices)\b/,
      /^node:/,
    ],
  },
  {
    name: 'cli',
    files: /^cli\//,
    may: [/^(cli|lib)\//, /^functions\/(core|ports|adapters|schemas|use-cases)\//, /^@aws-sdk\//, /^(commander|csv-parse|zod)\b/, /^node:/],
  },
  { name: 'bin', files: /^bin\//, may: [/^(bin|lib|local|cli)\//, /^(commander|aws-cdk-lib)\b/, /^node:/] },
];

type Violation = `${string} (${string}) may not import ${string}`;

function violations(files: readonly SourceFile[]): Violation[] {
  return files.flatMap((file) => {
    const layer = LAYERS.find((candidate) => candidate.files.test(file.path));
    if (layer === undefined) return [];
    const self = `${file.path.split('/').slice(0, 2).join('/')}/`;
    return importsOf(file)
      .filter((target) => !target.startsWith(self) && !layer.may.some((allowed) => allowed.test(target)))
      .map((target): Violation => `${file.path} (${layer.name}) may not import ${target}`);
  });
}

const SHARED = /^functions\/(core|ports|use-cases|schemas|runtime|adapters)\//;
function foreignFolders(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => file.path.startsWith('functions/') && !SHARED.test(file.path))
    .flatMap((file) => {
      const own = file.path.split('/').slice(0, 2).join('/');
      const foreign = importsOf(file).filter(
        (target) => target.startsWith('functions/') && !SHARED.test(target) && !target.startsWith(`${own}/`),
      );
      return foreign.map((target) => `${file.path} imports ${target} of another function`);
    });
}

/** What core must not do: ask the clock, chance or the environment, or wait. */
const IMPURE: readonly [what: string, pattern: RegExp][] = [
  ['Date.now', /\bDate\.now\b/],
  ['Math.random', /\bMath\.random\b/],
  ['new Date() without an instant', /\bnew Date\(\s*\)/],
  ['process', /\bprocess\./],
  ['async', /\basync\b/],
  ['await', /\bawait\b/],
];

const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');

function impurities(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => file.path.startsWith('functions/core/'))
    .flatMap((file) => IMPURE.filter(([, pattern]) => pattern.test(withoutComments(file.text))).map(([what]) => `${file.path}: ${what}`));
}

const ROOT = resolve(import.meta.dirname, '..');
const tree = sourceFiles(ROOT, ['bin', 'cli', 'lib', 'functions']);
const file = (path: string, text: string): SourceFile => ({ path, text });

describe('the architecture', () => {
  it('lets each layer import only what its row allows', () => {
    expect(violations(tree)).toEqual([]);
  });

  it('keeps functions out of each other’s folders', () => {
    expect(foreignFolders(tree)).toEqual([]);
  });

  it('keeps core free of clocks, chance, environment and waiting', () => {
    expect(impurities(tree)).toEqual([]);
  });

  it('keeps everything that is deployed free of local development code', () => {
    const importing = tree.filter(
      (source) => /^(functions|lib)\//.test(source.path) && importsOf(source).some((target) => /^(local|test|cli)\//.test(target)),
    );
    expect(importing.map((source) => source.path)).toEqual([]);
  });

  it('reads the environment of a function in one place', () => {
    const readers = tree.filter((source) => source.path.startsWith('functions/') && /\bprocess\.env\b/.test(withoutComments(source.text)));
    expect(readers.map((source) => source.path)).toEqual(['functions/runtime/environment.ts']);
  });

  it('has no file over 250 lines and no name that says nothing', () => {
    const everything = sourceFiles(ROOT, ['bin', 'cli', 'lib', 'functions', 'local', 'bench', 'test']);
    expect(everything.filter((source) => source.text.split('\n').length > 251).map((source) => source.path)).toEqual([]);
    const idle = /(^|\/)(index|utils?|helpers?|common|types|managers?)\.(ts|mjs)$/;
    expect(everything.filter((source) => idle.test(source.path)).map((source) => source.path)).toEqual([]);
  });
});

describe('the architecture test itself', () => {
  it.each([
    ['functions/core/money.ts', "import { DynamoDBClient } from '@aws-sdk/client-dynamodb';"],
    ['functions/core/money.ts', "import type { GateStore } from '../ports/gate-store.ts';"],
    ['functions/ports/mailer.ts', "import { ses } from '../adapters/ses-mailer.ts';"],
    ['functions/use-cases/hold-money.ts', "export * from '../adapters/dynamodb-gates.ts';"],
    ['functions/router/answer.ts', "import { SQSClient } from '@aws-sdk/client-sqs';"],
    ['functions/router/answer.ts', "const late = await import('../adapters/dynamodb-gates.ts');"],
    ['lib/router.ts', "import { handler } from '../functions/router/handler.ts';"],
  ])('sees a forbidden import in %s: %s', (path, text) => {
    expect(violations([file(path, text)])).toHaveLength(1);
  });

  it('sees one function reach into another', () => {
    expect(foreignFolders([file('functions/gateway/handler.ts', "import { x } from '../router/contract.ts';")])).toHaveLength(1);
  });

  it.each([
    'const t = Date.now();',
    'const r = Math.random();',
    'const d = new Date();',
    'async function f() {}',
    'const e = process.env;',
  ])('sees impurity: %s', (text) => {
    expect(impurities([file('functions/core/x.ts', text)])).not.toEqual([]);
  });

  it('does not mistake a comment for code', () => {
    expect(impurities([file('functions/core/x.ts', '/** never Date.now here */\nexport const x = 1; // no process.env')])).toEqual([]);
  });
});
