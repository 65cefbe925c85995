import * as fc from 'fast-check';
import { dynamodbGates } from '../../functions/adapters/dynamodb-gates.ts';
import { dynamodbLedger } from '../../functions/adapters/dynamodb-ledger.ts';
import { dynamodbProfiles } from '../../functions/adapters/dynamodb-profiles.ts';
import { dynamodbUpkeepLease } from '../../functions/adapters/dynamodb-upkeep-lease.ts';
import type { startDynalite } from './dynalite.ts';
import { LedgerLife } from './ledger-life.ts';
import { brokenRule } from './ledger-rules.ts';
import { starts, steps } from './ledger-steps.ts';
import { memoryBlobs } from './memory-batch.ts';

/** An hour is sixteen queries: lives in the store are shorter, and looked at once, when they are quiet. */
const MOST_HOURS = 3;

/** So many lives of the ledger in DynamoDB, each in tables of its own. Fails with the first rule that one has broken. */
export async function liveInStore(dynalite: Awaited<ReturnType<typeof startDynalite>>, lives: number, seed: number): Promise<void> {
  let table = 0;
  const life = fc.asyncProperty(starts, steps(MOST_HOURS), async (startMs, made) => {
    const { ledgerTable, controlTable } = await dynalite.moreTables(`life-${seed}-${table++}`);
    const [blobs, env] = [memoryBlobs(), { LEDGER_TABLE: ledgerTable, CONTROL_TABLE: controlTable }];
    const stores = { gates: dynamodbGates(env), ledger: dynamodbLedger(env, 400), profiles: dynamodbProfiles(env) };
    const world = new LedgerLife(startMs, { ...stores, lease: dynamodbUpkeepLease(env), blobs });
    for (const step of made) await world.perform(step);
    await world.quiet();
    const broken = await brokenRule(world, blobs.files);
    if (broken !== undefined) throw new Error(broken);
  });
  await fc.assert(life, { numRuns: lives, seed, endOnFailure: true });
}
