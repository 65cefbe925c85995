import { describe, expect, it } from 'vitest';
import { liveOnce } from '../support/escrow-life.ts';
import type { Mutation } from '../support/escrow-world.ts';

/** A few seconds' worth; test/long lives many more. */
const LIVES = 150;

/** The first broken rule in random lives from this seed on, or undefined. */
async function firstBroken(from: number, mutation: Mutation): Promise<string | undefined> {
  for (let seed = from; seed <= from + 1500; seed++) {
    const life = await liveOnce(seed, mutation, { raises: mutation.raises !== undefined });
    if ('broken' in life) return `${life.broken}\n  ${life.log.slice(-25).join('\n  ')}`;
  }
  return undefined;
}

describe('the escrow tree, with crashes, lost answers, late copies and resolvers', () => {
  it('never passes a cap, never loses a dollar, and equals the ledger when quiet', async () => {
    let admitted = 0;
    for (let seed = 1; seed <= LIVES; seed++) {
      const life = await liveOnce(seed);
      if ('broken' in life) expect.fail(`${life.broken}\n  ${life.log.slice(-40).join('\n  ')}`);
      admitted += life.admitted;
    }
    // The model is worth nothing if it admits nobody.
    expect(admitted).toBeGreaterThan(LIVES * 2);
  }, 120_000);
});

describe('the escrow tree, while operators raise caps and take raises back', () => {
  it('keeps every rule, under the caps that each caller knows', async () => {
    let onRaise = 0;
    for (let seed = 1; seed <= LIVES; seed++) {
      const life = await liveOnce(seed, {}, { raises: true });
      if ('broken' in life) expect.fail(`${life.broken}\n  ${life.log.slice(-40).join('\n  ')}`);
      onRaise += life.onRaise;
    }
    // Worth nothing if no raise is ever used.
    expect(onRaise).toBeGreaterThan(LIVES / 3);
  }, 120_000);
});

describe('the model of the escrow tree', () => {
  it.each<[string, Mutation, number]>([
    ['a claim that leaves the watermark', { gates: 'claim leaves the watermark' }, 390],
    ['a team that grants without spending its own allowance', { gates: 'grant spends no allowance' }, 1],
    ['a taker that takes twice', { gates: 'take forgets what was seen' }, 2],
    ['a parent that accepts twice', { gates: 'accept forgets what was seen' }, 4],
    ['a settle that needs no hold', { gates: 'settle needs no hold' }, 2],
    ['an owner that gives a claimed hold back', { gates: 'unhold takes a claimed hold' }, 17],
    ['a hold that asks for no cap', { gates: 'hold asks for no cap' }, 275],
    ['a settle with the own figure after losing the put', { ledger: 'the loser keeps its own figure' }, 69],
    ['a caller for whom a raise never ends', { raises: 'a raise never ends' }, 1],
    ['a put that overwrites the winner', { ledger: 'the last put wins' }, 13],
  ])(
    'notices %s',
    async (_name, mutation, from) => {
      // It starts where it is known to be noticed, and goes on when the rules have changed since.
      expect(await firstBroken(from, mutation)).toBeDefined();
    },
    120_000,
  );
});
