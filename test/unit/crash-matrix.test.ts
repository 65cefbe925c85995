import { describe, expect, it } from 'vitest';
import { STEPS } from '../support/crash-steps.ts';
import { livedInMemory, type Row, rowsOf } from '../support/crash-table.ts';
import { LIVES } from '../support/crash-world.ts';

const ROWS: readonly Row[] = (await Promise.all(STEPS.flatMap((step) => [rowsOf(step, 'once'), rowsOf(step, 'twice')]))).flat();

describe('an environment that dies', () => {
  it.each(ROWS)('in $name, $fate.when $write, every write sent $fate.sent, breaks no rule', async ({ step, fate }) => {
    expect((await livedInMemory(step, fate)).broken).toEqual([]);
  });
});

describe('an environment that lives', () => {
  it.each(STEPS)('in $step breaks no rule, and is told the same when every write is sent twice', async (step) => {
    const [once, twice] = [await livedInMemory(step, LIVES), await livedInMemory(step, { ...LIVES, sent: 'twice' })];
    expect([once.broken, twice.broken]).toEqual([[], []]);
    if (step.told !== undefined) for (const { outcome } of [once, twice]) expect(outcome).toMatchObject(step.told);
  });
});

describe('the table of deaths', () => {
  it.each(STEPS)('has the step $step in it', ({ step }) => {
    expect(ROWS.filter(({ name }) => name === step).length).toBeGreaterThanOrEqual(4);
  });

  it.each(STEPS)('turns red in the step $step without one of its rules', async (step) => {
    const lives = await Promise.all(ROWS.filter((row) => row.step === step).map(({ fate }) => livedInMemory(step, fate, step.rule)));
    expect(lives.filter(({ broken }) => broken.length > 0).length).toBeGreaterThan(0);
  });
});
