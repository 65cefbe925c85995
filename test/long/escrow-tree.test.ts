import { describe, expect, it } from 'vitest';
import { liveOnce } from '../support/escrow-life.ts';

const LIVES = 20_000;

describe('the escrow tree in twenty thousand random lives', () => {
  it('never passes a cap, never loses a dollar, and equals the ledger when quiet', async () => {
    for (let seed = 10_000; seed < 10_000 + LIVES; seed++) {
      const life = await liveOnce(seed);
      if ('broken' in life) expect.fail(`${life.broken}\n  ${life.log.slice(-40).join('\n  ')}`);
    }
  });
});
