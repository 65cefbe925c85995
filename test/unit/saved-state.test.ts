import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Clock } from '../../local/clock.ts';
import { restoreState } from '../../local/saved-state.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'spillway-state-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

describe('the state of a data directory', () => {
  it('gives the next stack the same key and a clock that is as far ahead', () => {
    const clock = new Clock();
    const { apiKey } = restoreState(clock, dataDir);
    clock.advance(90_000);
    const next = new Clock();
    expect(restoreState(next, dataDir).apiKey).toBe(apiKey);
    expect(next.offsetMs).toBe(90_000);
    expect(readdirSync(dataDir)).toEqual(['stack.json']);
  });

  it('is not begun anew in silence when it is damaged', () => {
    writeFileSync(join(dataDir, 'stack.json'), '{"clockOffsetMs":90000,"api');
    expect(() => restoreState(new Clock(), dataDir)).toThrow(/stack\.json is damaged/);
  });
});
