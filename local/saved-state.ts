import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../functions/core/parse-json.ts';
import type { Clock } from './clock.ts';
import { StartProblem } from './start-problem.ts';

const stateSchema = z.object({ clockOffsetMs: z.number().int().nonnegative(), apiKey: z.string().startsWith('sw_') });
type State = z.infer<typeof stateSchema>;

/**
 * What must outlive a restart besides the stores: the gateway key, and how far the clock is ahead (a clock that fell back would find holds
 * and reports in its future). Without a data directory: new each time.
 */
export function restoreState(clock: Clock, dataDir: string | undefined): { readonly apiKey: string } {
  const fresh = { clockOffsetMs: 0, apiKey: `sw_local_${randomBytes(16).toString('hex')}` };
  if (dataDir === undefined) return fresh;
  const file = join(dataDir, 'stack.json');
  const state = readState(file) ?? fresh;
  // By a rename: a process that is killed leaves the old state or the new one, never half of it.
  const save = (clockOffsetMs: number) => {
    writeFileSync(`${file}.new`, JSON.stringify({ ...state, clockOffsetMs }), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  mkdirSync(dataDir, { recursive: true });
  save(state.clockOffsetMs);
  clock.advance(state.clockOffsetMs);
  clock.onAdvance(save);
  return state;
}

function readState(file: string): State | undefined {
  if (!existsSync(file)) return undefined;
  const state = stateSchema.safeParse(parseJson(readFileSync(file, 'utf8')));
  if (state.success) return state.data;
  throw new StartProblem(
    `${file} is damaged, or of another version: delete it (the clock and the gateway key begin anew), or give another --data`,
  );
}
