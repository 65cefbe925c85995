import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Gate } from '../../functions/core/gate.ts';
import type { LedgerEntry } from '../../functions/core/ledger.ts';
import type { Rollup } from '../../functions/core/rollup.ts';
import { recordEntry } from '../../functions/use-cases/settle-money.ts';
import { ledgerEntry } from '../support/ledger-entry.ts';
import { LedgerLife } from '../support/ledger-life.ts';
import { MUTATIONS } from '../support/ledger-mutations.ts';
import { addsUp, BrokenRule } from '../support/memory-life.ts';
import { DAY, HOUR_MS, memoryStores, NOON, upkeepWorld } from '../support/upkeep-world.ts';

describe('the ledger, with calls, batches and corrections that come late, and deaths between any two writes', () => {
  it('adds up to the pico-dollar by any key, in rollups, files and gates, after every step', async () => {
    await fc.assert(addsUp(), { numRuns: 150 });
  });
});

describe('the same entries', () => {
  const made = fc.array(
    fc.record({ template: fc.nat(2), minute: fc.nat(150), pico: fc.integer({ min: -9, max: 99 }), correction: fc.boolean() }),
    {
      minLength: 1,
      maxLength: 12,
    },
  );

  it('make the same rollups and the same files, in whatever order they come, and however often they are compacted meanwhile', async () => {
    const derived = async (entries: readonly LedgerEntry[], compactions: readonly number[]) => {
      const { ports, clock, run } = upkeepWorld(memoryStores());
      clock.nowMs += 4 * HOUR_MS;
      for (const [at, entry] of entries.entries()) {
        await recordEntry(entry, ports);
        if (compactions.includes(at)) await run();
      }
      await run();
      const rollups = await Array.fromAsync(ports.ledger.rollups(DAY, DAY));
      const keyOf = ({ hour, template }: Rollup) => `${hour} ${template}`;
      return { rollups: rollups.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)), files: new Map([...ports.blobs.files].sort()) };
    };
    await fc.assert(
      fc.asyncProperty(made, fc.infiniteStream(fc.nat()), fc.array(fc.nat(11)), async (facts, order, compactions) => {
        const entries = facts.map(({ template, minute, pico, correction }) =>
          ledgerEntry({
            template: `t${template}`,
            admittedAtMs: NOON + minute * 60_000,
            day: DAY,
            costPico: BigInt(pico),
            kind: correction ? 'correction' : 'settled',
          }),
        );
        const shuffled = entries.map((entry) => ({ entry, place: order.next().value })).toSorted((a, b) => a.place - b.place);
        expect(
          await derived(
            shuffled.map(({ entry }) => entry),
            compactions,
          ),
        ).toEqual(await derived(entries, []));
      }),
      { numRuns: 60 },
    );
  });
});

describe('the rules of the ledger', () => {
  it.each(Object.entries(MUTATIONS))(
    'notice %s',
    async (_what, mutation) => {
      const { errorInstance } = await fc.check(addsUp(mutation), { numRuns: 2_000, seed: 20_261_122, endOnFailure: true });
      expect(errorInstance).toBeInstanceOf(BrokenRule);
    },
    120_000,
  );
});

const drifted = (gate: Gate, scope: string): Gate =>
  gate.scope === scope ? { ...gate, committedByDay: { ...gate.committedByDay, [DAY]: (gate.committedByDay[DAY] ?? 0n) + 1n } } : gate;

describe('a drift of one pico-dollar', () => {
  const call = { kind: 'call', attempts: 1, slow: false } as const;
  const calls = fc.array(fc.record({ feature: fc.nat(1), template: fc.nat(2), tokens: fc.integer({ min: 1, max: 40 }) }), {
    minLength: 1,
    maxLength: 8,
  });

  it('in any entry, before or after its hour is rolled up, is found, and nothing else is', async () => {
    await fc.assert(
      fc.asyncProperty(calls, fc.nat(7), fc.constantFrom(1n, -1n), fc.boolean(), async (made, pick, drift, isRolledUp) => {
        const stores = memoryStores();
        const life = new LedgerLife(NOON, stores);
        for (const who of made) await life.perform({ ...call, ...who });
        if (isRolledUp) for (const step of [{ kind: 'wait', minutes: 60 } as const, { kind: 'compact' } as const]) await life.perform(step);
        const [key, entry] = [...stores.ledger.entries][pick % made.length] ?? expect.fail('nothing was booked');
        stores.ledger.entries.set(key, { ...entry, costPico: entry.costPico + drift });
        await life.quiet();
        const driftUsd = drift > 0n ? '-0.000000000001' : '0.000000000001';
        expect(life.world.alerts).toMatchObject([{ kind: 'money_drift', scope: `feature:${entry.feature}`, evidence: { driftUsd } }]);
      }),
      { numRuns: 40 },
    );
  });

  it('in any gate of a feature is found, on small days and on large ones', async () => {
    await fc.assert(
      fc.asyncProperty(
        calls,
        fc.constantFrom('feature:whole', 'feature:split', 'feature:split/0', 'feature:split/1'),
        async (made, scope) => {
          const life = new LedgerLife(NOON, memoryStores(), {
            audit: ({ gates }) => ({ gates: { ...gates, read: async (asked) => drifted(await gates.read(asked), scope) } }),
          });
          for (const who of made) await life.perform({ ...call, ...who });
          await life.perform({ kind: 'audit' });
          expect(life.drifts).toMatchObject(Array.from({ length: 2 }, () => ({ feature: scope.slice(8).split('/')[0] })));
          expect(life.drifts.map(({ committedPico, bookedPico }) => committedPico - bookedPico)).toEqual([1n, 1n]);
        },
      ),
      { numRuns: 40 },
    );
  });
});
