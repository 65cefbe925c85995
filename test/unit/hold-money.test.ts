import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { ORG } from '../../functions/core/gate-tree.ts';
import { rollUp } from '../../functions/core/rollup.ts';
import { NO_USAGE } from '../../functions/core/usage.ts';
import { holdMoney, unholdMoney } from '../../functions/use-cases/hold-money.ts';
import { moneyDesk } from '../../functions/use-cases/money-desk.ts';
import { settleMoney } from '../../functions/use-cases/settle-money.ts';
import { ledgerEntry } from '../support/ledger-entry.ts';
import { ask, DAY, FEATURE, LEAF, NOW, moneyWorld as world } from '../support/money-world.ts';
import { featureSettings } from '../support/settings.ts';

describe('a hold', () => {
  it('takes one write when the money is there, and says what remains', async () => {
    const ports = world({ caps: { dailyPico: 1000n } });
    await holdMoney(ask(10n), ports);
    ports.writes.length = 0;
    const held = await holdMoney(ask(10n), ports);
    expect(ports.writes).toEqual(['hold']);
    expect(held).toMatchObject({ kind: 'held', leaf: LEAF, probe: false, remaining: [{ scope: LEAF, remainingPico: 980n }] });
  });

  it('is committed at every level above', async () => {
    const ports = world({ caps: {} }, { caps: { dailyPico: 1000n }, teams: { finance: { name: 'finance', caps: { dailyPico: 500n } } } });
    await holdMoney(ask(10n), ports);
    expect(ports.gates.peek(ORG).committedByDay[DAY]).toBeGreaterThanOrEqual(10n);
    expect(ports.gates.peek('team:finance').committedByDay[DAY]).toBeGreaterThanOrEqual(10n);
    expect(ports.gates.peek(LEAF).committedByDay[DAY]).toBe(10n);
  });

  it('leaves no scope above more than its cap less this hold', async () => {
    const ports = world({ caps: {} }, { caps: { dailyPico: 1000n }, teams: { finance: { name: 'finance', caps: { dailyPico: 500n } } } });
    const left = [
      { scope: 'team:finance', remainingPico: 490n },
      { scope: ORG, remainingPico: 990n },
    ];
    expect(await holdMoney(ask(10n), ports)).toMatchObject({ kind: 'held', remaining: left });
  });

  it('is clamped to what fits before it is refused', async () => {
    const ports = world({ caps: { dailyPico: 100n } });
    expect(await holdMoney(ask(130n, { floorPico: 20n }), ports)).toMatchObject({ kind: 'held', hold: { amountPico: 100n } });
    expect(await holdMoney(ask(130n, { floorPico: 20n }), ports)).toMatchObject({ kind: 'refused' });
  });

  it('is clamped to what a parent has left', async () => {
    const ports = world({ caps: {} }, { caps: { monthlyPico: 70n } });
    expect(await holdMoney(ask(100n, { floorPico: 20n }), ports)).toMatchObject({ kind: 'held', hold: { amountPico: 70n } });
  });

  it('is refused for good with the cap as evidence when no money is left', async () => {
    const ports = world({ caps: {} }, { teams: { finance: { name: 'finance', caps: { monthlyPico: 4_000_000_000_000n } } } });
    expect(await holdMoney(ask(5_000_000_000_000n), ports)).toEqual({
      kind: 'refused',
      refusal: {
        reason: 'budget_exhausted',
        message: expect.stringContaining('team:finance'),
        evidence: { scope: 'team:finance', period: 'monthly', capUsd: '4', committedUsd: '0', neededUsd: '5' },
        // The month of the call ends in Berlin.
        retryAtMs: Date.parse('2026-11-30T23:00:00Z'),
      },
    });
  });

  it('takes idle money back from a sibling before it is refused', async () => {
    const features = { [FEATURE]: featureSettings(FEATURE, { caps: {} }), other: featureSettings('other', { caps: {} }) };
    const ports = world({}, { features, caps: { dailyPico: 100n }, teams: { finance: { name: 'finance', caps: {} } } });
    await ports.gates.grant(ORG, { child: 'team:finance', day: DAY, seenPico: 0n, addPico: 90n, spendsAllowance: false }, { dayPico: 10n });
    await ports.gates.take('team:finance', { day: DAY, seenPico: 0n, grantedPico: 90n });
    await ports.gates.grant('team:finance', { child: 'feature:other', day: DAY, seenPico: 0n, addPico: 90n, spendsAllowance: true }, {});
    await ports.gates.take('feature:other', { day: DAY, seenPico: 0n, grantedPico: 90n });
    expect(await holdMoney(ask(95n), ports)).toMatchObject({ kind: 'held', hold: { amountPico: 95n } });
    expect(ports.gates.peek('feature:other').allowance[DAY]).toBeLessThanOrEqual(5n);
  });

  it('waits for money of calls in flight, and gets it when it comes back', async () => {
    const ports = world({ caps: { dailyPico: 100n } }, { budgetWaitMs: 2000 });
    const first = await holdMoney(ask(90n), ports);
    if (first.kind !== 'held') expect.fail('the first call is held');
    const sleep = async (ms: number) => {
      await ports.sleep(ms);
      await settleMoney(first, ledgerEntry({ requestId: `${FEATURE}.extract.${first.hold.id.split('#')[0]}`, costPico: 5n }), ports);
    };
    expect(await holdMoney(ask(90n), { ...ports, sleep })).toMatchObject({ kind: 'held' });
  });

  it('is refused as held, retryable, when the money in flight does not come back in time', async () => {
    const ports = world({ caps: { dailyPico: 100n } }, { budgetWaitMs: 2000 });
    await holdMoney(ask(90n), ports);
    const refused = await holdMoney(ask(90n), ports);
    expect(refused).toMatchObject({ kind: 'refused', refusal: { reason: 'budget_held', retryAtMs: expect.any(Number) } });
    expect(ports.clock.nowMs - NOW).toBeGreaterThan(500);
    expect(ports.clock.nowMs - NOW).toBeLessThanOrEqual(2000);
  });

  it('comes back whole when the call is refused elsewhere', async () => {
    const ports = world({ caps: { dailyPico: 100n } });
    const held = await holdMoney(ask(90n), ports);
    if (held.kind !== 'held') expect.fail('the call is held');
    await unholdMoney(held, ports);
    await unholdMoney(held, ports);
    expect(ports.gates.peek(LEAF).committedByDay[DAY]).toBe(0n);
  });

  it('adopts its own earlier write when the answer was lost', async () => {
    const ports = world();
    await holdMoney(ask(1n), ports);
    const gates = new Proxy(ports.gates, {
      get: (target, name) =>
        name === 'hold'
          ? async (...given: Parameters<typeof target.hold>) => {
              await target.hold(...given);
              return { kind: 'refused' } as const;
            }
          : Reflect.get(target, name),
    });
    expect(await holdMoney(ask(10n), { ...ports, gates })).toMatchObject({ kind: 'held', hold: { amountPico: 10n } });
    expect(ports.gates.peek(LEAF).committedByDay[DAY]).toBe(11n);
  });

  it('stays under an hourly cap, which each shard has an equal share of', async () => {
    const ports = world({ caps: { hourlyPico: 100n }, shards: 2 });
    expect(await holdMoney(ask(51n), ports)).toMatchObject({ kind: 'refused', refusal: { evidence: { period: 'hourly' } } });
    expect(await holdMoney(ask(50n), ports)).toMatchObject({ kind: 'held', leaf: `${LEAF}/1` });
    expect(await holdMoney(ask(50n), { ...ports, random: () => 0 })).toMatchObject({ kind: 'held', leaf: `${LEAF}/0` });
    expect(await holdMoney(ask(1n), ports)).toMatchObject({ kind: 'refused' });
  });

  it('is refused without asking the store again for 2 s once the budget is exhausted', async () => {
    const ports = world({ caps: { dailyPico: 100n } });
    await holdMoney(ask(130n), ports);
    ports.writes.length = 0;
    expect(await holdMoney(ask(131n), ports)).toMatchObject({
      refusal: { reason: 'budget_exhausted', evidence: { neededUsd: '0.000000000131' } },
    });
    expect(ports.writes).toEqual([]);
    expect(await holdMoney(ask(100n), ports)).toMatchObject({ kind: 'held' });
    ports.clock.nowMs += 2000;
    await holdMoney(ask(131n), ports);
    expect(ports.writes).not.toEqual([]);
  });

  it('is a bug when the call id was not made at admission', async () => {
    await expect(holdMoney(ask(1n, { callId: ulid(NOW - 7_200_000) }), world())).rejects.toThrow(RangeError);
  });
});

describe('a settled call', () => {
  it('commits the entry that won, not its own figure', async () => {
    const ports = world();
    const held = await holdMoney(ask(90n), ports);
    if (held.kind !== 'held') expect.fail('the call is held');
    const requestId = `${FEATURE}.extract.${held.hold.id.split('#')[0]}`;
    await ports.ledger.record(ledgerEntry({ requestId, kind: 'assumed', costPico: 90n }));
    const winner = await settleMoney(held, ledgerEntry({ requestId, costPico: 20n }), ports);
    expect(winner).toMatchObject({ kind: 'assumed', costPico: 90n });
    expect(ports.gates.peek(LEAF).committedByDay[DAY]).toBe(90n);
  });

  it('that was assumed already is corrected in the ledger to what it cost, once, and the gate does not change', async () => {
    const ports = world();
    const held = await holdMoney(ask(90n), ports);
    if (held.kind !== 'held') expect.fail('the call is held');
    const requestId = `${FEATURE}.extract.${held.hold.id.split('#')[0]}`;
    const assumed = ledgerEntry({ requestId, kind: 'assumed', costPico: 90n, usage: NO_USAGE, owner: 'then@acme.example' });
    await ports.ledger.record(assumed);
    const real = ledgerEntry({ requestId, costPico: 20n, owner: 'now@acme.example' });
    for (let again = 0; again < 2; again++) expect(await moneyDesk(ports).settle(held, real)).toMatchObject({ costPico: 20n });
    const entries = await ports.ledger.ofRequest(requestId);
    expect(entries).toMatchObject([
      { kind: 'assumed', costPico: 90n },
      { kind: 'correction', costPico: -70n, usage: real.usage, owner: 'then@acme.example', day: assumed.day },
    ]);
    expect(ports.gates.peek(LEAF).committedByDay[DAY]).toBe(90n);
    expect(rollUp(entries.map((entry) => ({ ...entry, owner: real.owner })))).toMatchObject([
      { costPico: 20n, calls: 1, usage: real.usage },
    ]);
  });

  it('marks its hour when that may be rolled up already', async () => {
    const ports = world();
    const held = await holdMoney(ask(90n), ports);
    if (held.kind !== 'held') expect.fail('the call is held');
    const requestId = `${FEATURE}.extract.${held.hold.id.split('#')[0]}`;
    await settleMoney(held, ledgerEntry({ requestId }), ports);
    expect(await ports.ledger.dirtyHours()).toEqual([]);
    ports.clock.nowMs += 3_600_000;
    await settleMoney(held, ledgerEntry({ requestId }), ports);
    expect(await ports.ledger.dirtyHours()).toEqual([{ hour: '2026-11-22T10', markId: `${requestId}#1` }]);
  });
});
