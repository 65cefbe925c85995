import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays, DAY_MS, localDay } from '../../functions/core/calendar.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { brokenBooks, readBooks, totalOf } from '../support/stored-books.ts';
import { inProcess, type Stormed, storm } from '../support/storm.ts';
import { stormCaps, writeStormConfiguration } from '../support/storm-caps.ts';
import { capOf, passedCaps, spentIn, wrongIn } from '../support/storm-rules.ts';

/** As many environments as two cores can bear. */
const WIDTH = 6;
const CAPS = stormCaps(20, 100);
const folder = mkdtempSync(join(tmpdir(), 'spillway-storms-'));
let stack: TestStack;
let stormed: Stormed;
let spentPico = 0n;

beforeAll(async () => {
  const configFile = join(folder, 'spillway.yaml');
  const settings = writeStormConfiguration(configFile, CAPS);
  stack = await startTestStack({ configFile });
  stack.host('router').mostEnvironments = WIDTH;
  // Tomorrow noon: no day and no hour ends during a storm.
  stack.clock.advance(Date.parse(`${addDays(localDay(stack.clock.now(), 'UTC'), 1)}T12:00:00Z`) - stack.clock.now());
  stormed = inProcess(stack, settings);
}, 120_000);
afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('ten times as many calls at once as a cap fits:', () => {
  it.each(CAPS)(
    '$cap is spent, is not passed, and refuses nobody while there is room',
    async (cap) => {
      const leftPico = capOf(cap, stormed.settings) - (cap.scopes[0] === 'org' ? spentPico : 0n);
      const calls = await storm(cap, { calls: cap.fits * 10, width: WIDTH }, stormed);
      spentPico += spentIn(calls);
      expect(wrongIn(calls, cap, leftPico, stormed.settings)).toEqual([]);
    },
    60_000,
  );

  it('leaves books that add up to what the callers were told', async () => {
    for (let days = 0; days < 2; days++) {
      stack.clock.advance(DAY_MS);
      expect((await stack.runSchedule('compactor')).kind).toBe('answered');
    }
    const books = await readBooks({ sdk: stack.sdk, local: stack });
    expect(brokenBooks(books, stormed.settings)).toEqual([]);
    expect(passedCaps(books.entries, stormed.settings)).toEqual([]);
    expect(totalOf(books.entries)).toBe(spentPico);
  }, 60_000);
});
