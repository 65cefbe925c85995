import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamodbUpkeepLease } from '../../functions/adapters/dynamodb-upkeep-lease.ts';
import { startDynalite } from '../support/dynalite.ts';
import { memoryUpkeepLease } from '../support/memory-upkeep-lease.ts';

let dynalite: Awaited<ReturnType<typeof startDynalite>>;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());

describe.each([
  ['in memory', memoryUpkeepLease],
  ['in DynamoDB', () => dynamodbUpkeepLease({ LEDGER_TABLE: dynalite.ledgerTable })],
] as const)('the lease of the compactor %s', (_where, make) => {
  it('is one compactor’s until it ends, then another’s, and nobody gives back what is not his', async () => {
    const lease = make();
    expect(await lease.take({ untilMs: 900 }, 0)).toBe('changed');
    expect(await lease.take({ untilMs: 1_000 }, 899)).toBe('refused');
    expect(await lease.take({ untilMs: 1_800 }, 900)).toBe('changed');
    await lease.release({ untilMs: 900 });
    expect(await lease.take({ untilMs: 2_000 }, 1_799)).toBe('refused');
    await lease.release({ untilMs: 1_800 });
    expect(await lease.take({ untilMs: 2_000 }, 1_000)).toBe('changed');
  });
});
