import { describe, expect, it } from 'vitest';
import type { Hold } from '../../functions/core/gate.ts';
import { picoToUsd } from '../../functions/core/money.ts';
import type { FeatureSettings } from '../../functions/core/settings.ts';
import { holdMoney } from '../../functions/use-cases/hold-money.ts';
import type { HoldPorts } from '../../functions/use-cases/money-ports.ts';
import { ask, DAY, LEAF, moneyWorld, NOW } from '../support/money-world.ts';

/** A world in which somebody else is faster the first so many times that money is to be moved down. */
function racing(losses: number, feature: Partial<FeatureSettings> = {}) {
  const world = moneyWorld({ caps: {}, ...feature }, { budgetWaitMs: 0 });
  const { grant } = world.gates;
  let lost = 0;
  const gates: HoldPorts['gates'] = {
    ...world.gates,
    grant: (...args) => (lost++ < losses ? Promise.resolve('refused') : grant(...args)),
  };
  return { ...world, gates };
}

describe('a call that loses races for money that is there', () => {
  it('goes on until it wins, however short the wait for money in flight is', async () => {
    expect(await holdMoney(ask(10n), racing(40))).toMatchObject({ kind: 'held', hold: { amountPico: 10n } });
  });

  it('ends after ten seconds at most', async () => {
    const ports = racing(Number.POSITIVE_INFINITY);
    expect(await holdMoney(ask(10n), ports)).toMatchObject({ kind: 'refused', refusal: { reason: 'budget_held' } });
    expect(ports.clock.nowMs - NOW).toBeGreaterThan(5_000);
    expect(ports.clock.nowMs - NOW).toBeLessThan(10_000);
  });

  it('is not kept waiting in observe mode', async () => {
    const ports = racing(Number.POSITIVE_INFINITY, { mode: 'observe' });
    expect(await holdMoney(ask(10n), ports)).toMatchObject({ kind: 'held' });
    expect(ports.clock.nowMs - NOW).toBeLessThan(1_000);
  });
});

describe('a call whose money is spent by another while it is on its way', () => {
  it('judges anew: it is refused by what is left, and not by what was left before', async () => {
    const world = moneyWorld({ caps: {} }, { budgetWaitMs: 0, teams: { finance: { name: 'finance', caps: { dailyPico: 100n } } } });
    const { take, hold } = world.gates;
    const thief: Hold = { ...ask(0n), id: 'thief#1', amountPico: 100n, day: DAY, claimed: false };
    const gates: HoldPorts['gates'] = {
      ...world.gates,
      take: async (child, transfer) => {
        const write = await take(child, transfer);
        if (child !== LEAF) return write;
        await hold(LEAF, thief, {}, { debtAllowed: false });
        return 'refused';
      },
    };
    const refusal = { reason: 'budget_held', evidence: { capUsd: picoToUsd(100n), committedUsd: picoToUsd(100n) } };
    expect(await holdMoney(ask(130n, { floorPico: 20n }), { ...world, gates })).toMatchObject({ kind: 'refused', refusal });
  });
});
