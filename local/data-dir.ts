import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isAlive } from './is-alive.ts';
import { StartProblem } from './start-problem.ts';

/** Directories of this process's own stacks: a lock file with our process id and none of these is left from an earlier process. */
const held = new Set<string>();

/** Claims a data directory for this process. Throws, and says whose it is, when another living process has it. */
export function lockDataDir(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, 'lock');
  const path = resolve(dataDir);
  if (held.has(path)) throw new StartProblem(`${dataDir} is in use by another stack of this process`);
  if (!claim(file)) {
    const owner = Number(readFileSync(file, 'utf8'));
    if (owner !== process.pid && isAlive(owner)) {
      throw new StartProblem(
        `${dataDir} is in use by process ${owner}: stop it, or give another --data (if it is no Spillway, delete ${file})`,
      );
    }
    rmSync(file, { force: true });
    if (!claim(file)) throw new StartProblem(`${dataDir} was taken by another process just now`);
  }
  held.add(path);
  return () => {
    held.delete(path);
    rmSync(file, { force: true });
  };
}

function claim(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
