import { describe, expect, it } from 'vitest';
import type { UpkeepLease } from '../../functions/ports/upkeep-lease.ts';
import { crashing } from '../support/crashing.ts';
import { LedgerLife } from '../support/ledger-life.ts';
import { brokenRule } from '../support/ledger-rules.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { HOUR_MS, memoryStores, NOON, upkeepWorld } from '../support/upkeep-world.ts';

const LATE_CALLS = 4;

/** Two compactors at once, their calls mixed by this seed, while calls that were given up report after all. Answers the broken rule. */
async function twoAtOnce(seed: number, lease?: UpkeepLease): Promise<string | undefined> {
  const stores = memoryStores();
  const life = new LedgerLife(NOON, stores);
  for (let call = 0; call < LATE_CALLS; call++)
    await life.perform({ kind: 'call', attempts: 1, slow: true, feature: 0, template: call, tokens: 5 });
  for (const step of [{ kind: 'wait', minutes: 120 }, { kind: 'compact' }, { kind: 'settle_late', pick: 0 }] as const)
    await life.perform(step);
  const { below } = seededRandom(seed);
  const turns = async (most: number): Promise<void> => {
    for (let left = below(most); left > 0; left--) await Promise.resolve();
  };
  /** A slow one takes its time between reading and putting. */
  const compactor = async (afterTurns: number, slow: boolean): Promise<void> => {
    await turns(afterTurns);
    const { wrap } = crashing(0, 'before', (name) => turns(slow && name.startsWith('put') ? 600 : 3));
    const ports = { gates: wrap(stores.gates), ledger: wrap(stores.ledger, ['ofHour', 'rollups']), blobs: wrap(stores.blobs) };
    await life.world.run({ ...ports, ...(lease === undefined ? {} : { lease }) });
  };
  const caller = async (): Promise<void> => {
    await turns(200);
    await life.perform({ kind: 'settle_late', pick: 0 });
  };
  await Promise.all([compactor(1, true), compactor(300, false), caller()]);
  await life.perform({ kind: 'compact' });
  return brokenRule(life, stores.blobs.files);
}

describe('two compactors at once', () => {
  it('never put back what one of them has read too early: the second waits', async () => {
    for (let seed = 1; seed <= 40; seed++) expect(await twoAtOnce(seed), `seed ${seed}`).toBeUndefined();
  });

  it('would, without the lease', async () => {
    const none: UpkeepLease = { during: (work) => work(() => false) };
    let broken: string | undefined;
    for (let seed = 1; seed <= 2_000 && broken === undefined; seed++) broken = await twoAtOnce(seed, none);
    expect(broken).toBeDefined();
  }, 60_000);

  it('do nothing, the one that has waited in vain; and begin nothing more, the one that was taken for dead', async () => {
    const { ports, clock, call, run } = upkeepWorld(memoryStores());
    await call('0.01');
    clock.nowMs += 3 * HOUR_MS;
    expect(await run({ lease: { during: async () => undefined } })).toEqual({ kind: 'another_works' });
    let hours = 0;
    const ledger = {
      ...ports.ledger,
      async *ofHour(hour: string) {
        hours += 1;
        yield* ports.ledger.ofHour(hour);
      },
    };
    expect(await run({ ledger, lease: { during: (work) => work(() => hours === 5) } })).toMatchObject({ hoursRolledUp: 5, hoursLeft: 11 });
  });
});
