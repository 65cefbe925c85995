import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';

export const FUNCTION_NAMES = [
  'router',
  'gateway',
  'batch-intake',
  'batch-submitter',
  'batch-harvester',
  'compactor',
  'waste-report',
] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];

/** Where the code of a function comes from: its bundle, or a stand-in where only the template matters. */
export type CodeOf = (name: FunctionName) => Code;

const FUNCTIONS = fileURLToPath(new URL('../functions/', import.meta.url));

/** Packages in CommonJS ask for `require`, which an ES module does not have. */
const REQUIRE_BANNER = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

/**
 * Bundles every function into `<directory>/<name>/index.mjs`, the AWS SDK included, in one esbuild call (parsing is shared). The caller
 * gives a directory of its own, so that two syntheses at once do not meet; CDK copies the files, so it may be removed after synthesis.
 */
export function bundleFunctions(directory: string): CodeOf {
  buildSync({
    entryPoints: FUNCTION_NAMES.map((name) => ({ in: entryPoint(name), out: join(name, 'index') })),
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // ES modules first: bundles come out about 40 % smaller, and cold starts with them.
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE_BANNER },
    legalComments: 'none',
    logLevel: 'error',
  });
  return (name) => Code.fromAsset(join(directory, name));
}

function entryPoint(name: FunctionName): string {
  const file = join(FUNCTIONS, name, 'handler.ts');
  if (!existsSync(file)) throw new RangeError(`functions/${name}/handler.ts does not exist: every function of the stack needs one`);
  return file;
}
