import { describe, expect, it } from 'vitest';
import { liveOnce } from '../support/escrow-life.ts';

const LIVES = 20_000;

describe('the escrow tree in twenty thousand random lives', () => {
  it.each([{ raises: false }, { raises: true }])(
    'never passes a cap, never loses a dollar, and equals the ledger when quiet (%o)',
    async (of) => {
      for (let seed = 10_000; seed < 10_000 + LIVES / 2; seed++) {
        const life = await liveOnce(seed, {}, of);
        if ('broken' in life) expect.fail(`${life.broken}\n  ${life.log.slice(-40).join('\n  ')}`);
      }
    },
  );
});
