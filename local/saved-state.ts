import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from './clock.ts';

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
  const save = (clockOffsetMs: number) => writeFileSync(file, JSON.stringify({ ...state, clockOffsetMs }), { mode: 0o600 });
  mkdirSync(dataDir, { recursive: true });
  save(state.clockOffsetMs);
  clock.advance(state.clockOffsetMs);
  clock.onAdvance(save);
  return state;
}

function readState(file: string): State | undefined {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}
