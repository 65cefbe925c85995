import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartProblem } from './start-problem.ts';

export type SynthOptions = { readonly configFile: string; readonly stackName?: string };

export type Assembly = { readonly assemblyDir: string; readonly cached: boolean };

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CACHE = join(ROOT, '.spillway', 'synth');
/** Everything that the CDK app reads, besides the configuration. */
const INPUTS = ['lib', 'functions', 'bin/spillway.ts', 'package-lock.json', 'cdk.json'];
const KEEP_MS = 7 * 24 * 3_600_000;

/** Runs the CDK app in a process of its own, once per content: the same inputs give the same folder at once. */
export async function synthesize({ configFile, stackName = 'spillway' }: SynthOptions): Promise<Assembly> {
  const config = resolve(configFile);
  if (!existsSync(config)) throw new StartProblem(`there is no configuration ${configFile}`);
  const assemblyDir = join(CACHE, fingerprint(config, stackName));
  if (existsSync(assemblyDir)) {
    const now = new Date();
    utimesSync(assemblyDir, now, now);
    return { assemblyDir, cached: true };
  }
  mkdirSync(CACHE, { recursive: true });
  prune();
  const fresh = `${assemblyDir}.${process.pid}`;
  try {
    await runApp({ SPILLWAY_CONFIG: config, SPILLWAY_STACK: stackName, CDK_OUTDIR: fresh });
    renameSync(fresh, assemblyDir);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    // Another process with the same inputs was quicker: its folder is as good.
    if (!existsSync(assemblyDir)) throw error;
  }
  return { assemblyDir, cached: false };
}

function fingerprint(config: string, stackName: string): string {
  const hash = createHash('sha256').update(`${process.version} ${stackName}\n`).update(readFileSync(config));
  for (const file of INPUTS.flatMap((input) => filesIn(input))) hash.update(`\n${file}\n`).update(readFileSync(join(ROOT, file)));
  return hash.digest('hex').slice(0, 16);
}

function filesIn(path: string): string[] {
  const absolute = join(ROOT, path);
  if (!statSync(absolute).isDirectory()) return [path];
  return readdirSync(absolute)
    .sort()
    .flatMap((name) => filesIn(join(path, name)));
}

/** The checks of the template take two seconds and belong to `npm run synth`. */
function runApp(variables: Readonly<Record<string, string>>): Promise<void> {
  const env = { ...process.env, ...variables, CDK_VALIDATION: 'false' };
  const child = spawn(process.execPath, [join(ROOT, 'bin', 'spillway.ts')], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => (code === 0 ? done() : fail(new StartProblem(Buffer.concat(said).toString('utf8').trim()))));
  });
}

/** Forgets what nobody has used for a week. */
function prune(): void {
  for (const name of readdirSync(CACHE)) {
    const path = join(CACHE, name);
    if (Date.now() - statSync(path).mtimeMs > KEEP_MS) rmSync(path, { recursive: true, force: true });
  }
}
