import { afterAll, beforeAll, describe, it } from 'vitest';
import { startDynalite } from '../support/dynalite.ts';
import { liveInStore } from '../support/stored-life.ts';

let dynalite: Awaited<ReturnType<typeof startDynalite>>;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());

describe('the ledger in DynamoDB', () => {
  it('adds up to the pico-dollar after any life, as the one in memory does', () => liveInStore(dynalite, 3, 1), 120_000);
});
