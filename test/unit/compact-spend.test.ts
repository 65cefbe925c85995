import { describe, expect, it } from 'vitest';
import { picoToUsd, usdToPico } from '../../functions/core/money.ts';
import { ledgerEntry } from '../support/ledger-entry.ts';
import { FEATURE, HOUR_MS, memoryStores, NOON, upkeepWorld } from '../support/upkeep-world.ts';

const HOUR = '2026-11-20T12';

function spendingWorld() {
  const world = upkeepWorld(memoryStores());
  let made = 0;
  const spend = async (costUsd: string, over: Parameters<typeof ledgerEntry>[0] = {}) => {
    made += 1;
    const tail = String(made).padStart(26 - 10, '0');
    const requestId = `${over.feature ?? FEATURE}.extract.${ulidAt(world.clock.nowMs)}${tail}`;
    await world.ports.ledger.record(
      ledgerEntry({ requestId, admittedAtMs: world.clock.nowMs, costPico: usdToPico(costUsd), holdPico: usdToPico(costUsd) * 2n, ...over }),
    );
  };
  return { ...world, spend };
}

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** The first ten characters of a ulid made at this instant. */
const ulidAt = (atMs: number): string => Array.from({ length: 10 }, (_, at) => DIGITS[Math.floor(atMs / 32 ** (9 - at)) % 32]).join('');

describe('a closed hour', () => {
  it('is told to the profile of each feature once: money by mode, runs by calls and holds', async () => {
    const { ports, clock, spend, run } = spendingWorld();
    await spend('0.5', { run: 'r1' });
    await spend('0.25', { run: 'r1' });
    await spend('0.25', { run: 'r1', attempt: 2 });
    await spend('3', { mode: 'batch' });
    await spend('7', { feature: 'other' });
    clock.nowMs = NOON + 2 * HOUR_MS;
    await run();
    const profile = await ports.profiles.readSpend(FEATURE);
    expect(profile?.hours.map(({ hour, costPico, allPico }) => [hour, picoToUsd(costPico), picoToUsd(allPico)])).toEqual([
      [HOUR, '1', '4'],
    ]);
    expect(profile?.openRuns).toEqual({ r1: { calls: 2, heldPico: usdToPico('2'), lastHour: HOUR } });
    expect((await ports.profiles.readSpend('other'))?.hours).toMatchObject([{ costPico: usdToPico('7') }]);
    await ports.ledger.markDirty(HOUR, 'late');
    await run();
    expect(await ports.profiles.readSpend(FEATURE)).toEqual(profile);
  });
});
