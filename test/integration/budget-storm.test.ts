import { setTimeout as sleep } from 'node:timers/promises';
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamodbGates } from '../../functions/adapters/dynamodb-gates.ts';
import { dynamodbLedger } from '../../functions/adapters/dynamodb-ledger.ts';
import { localDay } from '../../functions/core/calendar.ts';
import { requestIdOf } from '../../functions/core/ledger.ts';
import { sumPico, usdToPico } from '../../functions/core/money.ts';
import type { Override } from '../../functions/core/override/override.ts';
import type { OverrideStore } from '../../functions/ports/override-store.ts';
import { closeDay } from '../../functions/use-cases/close-day.ts';
import { holdMoney } from '../../functions/use-cases/hold-money.ts';
import { inParallel } from '../../functions/use-cases/in-parallel.ts';
import { KnownOverrides } from '../../functions/use-cases/known-overrides.ts';
import type { HoldPorts } from '../../functions/use-cases/money-ports.ts';
import { settleMoney } from '../../functions/use-cases/settle-money.ts';
import { startDynalite } from '../support/dynalite.ts';
import { ledgerEntry } from '../support/ledger-entry.ts';
import { memoryOverrides } from '../support/memory-overrides.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { featureSettings, settings as testSettings } from '../support/settings.ts';

const CALLS = 60;
const PARALLEL = 14;
const HOLD = usdToPico('0.1');
const REAL = usdToPico('0.03');
const CAP = usdToPico('1');
const RAISE = usdToPico('0.4');

let dynalite: Awaited<ReturnType<typeof startDynalite>>;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());

type Storm = HoldPorts & { readonly overrideStore: OverrideStore };

/** An organization with a tight cap; each storm in tables of its own. */
async function portsFor(name: string, now: () => number): Promise<Storm> {
  const features = Object.fromEntries(
    ['a', 'b', 'c'].map((feature) => [feature, featureSettings(feature, { team: feature === 'c' ? 'y' : 'x', caps: {} })]),
  );
  const teams = { x: { name: 'x', caps: { monthlyPico: usdToPico('0.8') } }, y: { name: 'y', caps: {} } };
  const { ledgerTable, controlTable } = await dynalite.moreTables(name);
  const overrideStore = memoryOverrides();
  return {
    gates: dynamodbGates({ CONTROL_TABLE: controlTable }),
    ledger: dynamodbLedger({ LEDGER_TABLE: ledgerTable }, 400),
    settings: testSettings({ features, teams, caps: { dailyPico: CAP }, timezone: 'UTC', budgetWaitMs: 1000 }),
    overrideStore,
    overrides: new KnownOverrides({ overrideStore, now }),
    now,
    random: seededRandom(7).next,
    sleep: (ms) => sleep(ms),
  };
}

/** Calls of three features at once, each holding more than it costs; every tenth is settled twice. `between` comes before each. */
async function storm(ports: Storm, between: (index: number) => Promise<void> = () => Promise.resolve()) {
  const admittedAtMs = ports.now();
  const day = localDay(admittedAtMs, 'UTC');
  const costs: bigint[] = [];
  let held = 0n;
  let refused = 0;
  let worst = 0n;
  await inParallel(Array(CALLS).keys(), PARALLEL, async (index) => {
    await between(index);
    const feature = ['a', 'b', 'c'][index % 3] ?? 'a';
    const callId = ulid(admittedAtMs);
    const call = { feature, callId, attempt: 1, template: 'extract', model: 'haiku', admittedAtMs, deadlineMs: admittedAtMs + 60_000 };
    const outcome = await holdMoney({ ...call, wantPico: HOLD, floorPico: HOLD }, ports);
    if (outcome.kind === 'refused') {
      expect(outcome.refusal.reason).toMatch(/^budget_/);
      refused += 1;
      return;
    }
    held += HOLD;
    worst = held + sumPico(costs) > worst ? held + sumPico(costs) : worst;
    const entry = ledgerEntry({ feature, requestId: requestIdOf(feature, 'extract', callId), admittedAtMs, day, costPico: REAL });
    await settleMoney(outcome, entry, ports);
    if (index % 10 === 0) await settleMoney(outcome, entry, ports);
    held -= HOLD;
    costs.push(REAL);
  });
  return { day, spent: sumPico(costs), refused, worst };
}

describe('a storm of calls against one tight cap', () => {
  it('spends nearly all of it and not a pico-dollar more, and the gates equal the ledger', async () => {
    const ports = await portsFor('tight', Date.now);
    const { day, spent, refused, worst } = await storm(ports);
    expect(worst).toBeLessThanOrEqual(CAP);
    expect(refused).toBeGreaterThan(0);
    // Less than one hold may stay unused in each of the three leaves.
    expect(spent).toBeGreaterThan(CAP - 4n * HOLD);
    await closeDay(day, ports);
    await closeDay(day, ports);
    expect((await ports.gates.read('org')).committedByDay[day]).toBe(spent);
  }, 120_000);

  it('spends the raise too when operators raise it in the middle, not a pico-dollar more, and nothing once it has ended', async () => {
    // Noon, so that no midnight comes in between.
    const clock = { aheadMs: Date.UTC(2026, 10, 22, 12) - Date.now() };
    const ports = await portsFor('raised', () => Date.now() + clock.aheadMs);
    const raise = (index: number): Override => ({
      ...{ kind: 'raise', id: `raise-${index}`, scope: 'org', byPico: RAISE / 2n, untilMs: ports.now() + 600_000 },
      ...{ reason: 'launch', by: 'ops', atMs: ports.now() },
    });
    const { day, spent, worst } = await storm(ports, async (index) => {
      // Two operators, neither of whom undoes the other's raise. Seen after 2 s: the clock is moved, as the storm is over sooner.
      if (index === 10 || index === 11) await ports.overrideStore.put(raise(index));
      if (index === 12) clock.aheadMs += 2_000;
    });
    expect(worst).toBeLessThanOrEqual(CAP + RAISE);
    expect(spent).toBeGreaterThan(CAP);
    clock.aheadMs += 600_000;
    const late = { callId: ulid(ports.now()), attempt: 1, template: 'extract', model: 'haiku', admittedAtMs: ports.now() };
    const call = { ...late, feature: 'c', wantPico: 1n, floorPico: 1n, deadlineMs: ports.now() + 1 };
    await closeDay(day, ports);
    expect(await holdMoney(call, ports)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'budget_exhausted', evidence: { capUsd: '1' } },
    });
    expect((await ports.gates.read('org')).committedByDay[day]).toBe(spent);
  }, 120_000);
});
