import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { startDynalite } from '../support/dynalite.ts';
import { addsUp } from '../support/memory-life.ts';
import { liveInStore } from '../support/stored-life.ts';

let dynalite: Awaited<ReturnType<typeof startDynalite>>;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());

describe('the ledger in many random lives', () => {
  it('adds up in memory, after every step', () => fc.assert(addsUp(), { numRuns: 10_000 }));

  it('adds up in DynamoDB, at the end of each', () => liveInStore(dynalite, 40, 2));
});
