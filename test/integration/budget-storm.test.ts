import { setTimeout as sleep } from 'node:timers/promises';
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamodbGates } from '../../functions/adapters/dynamodb-gates.ts';
import { dynamodbLedger } from '../../functions/adapters/dynamodb-ledger.ts';
import { localDay } from '../../functions/core/calendar.ts';
import { requestIdOf } from '../../functions/core/ledger.ts';
import { sumPico, usdToPico } from '../../functions/core/money.ts';
import { closeDay } from '../../functions/use-cases/close-day.ts';
import { holdMoney } from '../../functions/use-cases/hold-money.ts';
import { inParallel } from '../../functions/use-cases/in-parallel.ts';
import type { MoneyPorts } from '../../functions/use-cases/money-ports.ts';
import { settleMoney } from '../../functions/use-cases/settle-money.ts';
import { startDynalite } from '../support/dynalite.ts';
import { ledgerEntry } from '../support/ledger-entry.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { featureSettings, settings as testSettings } from '../support/settings.ts';

const CALLS = 60;
const PARALLEL = 14;
const HOLD = usdToPico('0.1');
const REAL = usdToPico('0.03');
const CAP = usdToPico('1');

let dynalite: Awaited<ReturnType<typeof startDynalite>>;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());

function portsFor(): MoneyPorts {
  const features = Object.fromEntries(
    ['a', 'b', 'c'].map((name) => [name, featureSettings(name, { team: name === 'c' ? 'y' : 'x', caps: {} })]),
  );
  const teams = { x: { name: 'x', caps: { monthlyPico: usdToPico('0.8') } }, y: { name: 'y', caps: {} } };
  return {
    gates: dynamodbGates({ CONTROL_TABLE: dynalite.controlTable }),
    ledger: dynamodbLedger({ LEDGER_TABLE: dynalite.ledgerTable }, 400),
    settings: testSettings({ features, teams, caps: { dailyPico: CAP }, timezone: 'UTC', budgetWaitMs: 1000 }),
    now: Date.now,
    random: seededRandom(7).next,
    sleep: (ms) => sleep(ms),
  };
}

describe('a storm of calls against one tight cap', () => {
  it('spends nearly all of it and not a pico-dollar more, and the gates equal the ledger', async () => {
    const ports = portsFor();
    const admittedAtMs = Date.now();
    const day = localDay(admittedAtMs, 'UTC');
    const costs: bigint[] = [];
    let held = 0n;
    let refused = 0;
    let worst = 0n;
    await inParallel(Array(CALLS).keys(), PARALLEL, async (index) => {
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
    expect(worst).toBeLessThanOrEqual(CAP);
    expect(refused).toBeGreaterThan(0);
    // Less than one hold may stay unused in each of the three leaves.
    expect(sumPico(costs)).toBeGreaterThan(CAP - 4n * HOLD);
    await closeDay(day, ports);
    await closeDay(day, ports);
    expect((await ports.gates.read('org')).committedByDay[day]).toBe(sumPico(costs));
  }, 120_000);
});
