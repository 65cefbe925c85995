import { ulid } from 'ulid';
import { compact } from '../../functions/compactor/compact.ts';
import type { CompactorPorts } from '../../functions/compactor/run.ts';
import { requestIdOf } from '../../functions/core/ledger.ts';
import { picoToUsd, sumPico, usdToPico } from '../../functions/core/money.ts';
import type { Settings } from '../../functions/core/settings.ts';
import type { Alert } from '../../functions/ports/alerts.ts';
import { holdMoney } from '../../functions/use-cases/hold-money.ts';
import { KnownOverrides } from '../../functions/use-cases/known-overrides.ts';
import { readUsage } from '../../functions/use-cases/read-usage.ts';
import { settleMoney } from '../../functions/use-cases/settle-money.ts';
import { ledgerEntry } from './ledger-entry.ts';
import { memoryBlobs } from './memory-batch.ts';
import { memoryGates } from './memory-gates.ts';
import { memoryLedger } from './memory-ledger.ts';
import { memoryOverrides } from './memory-overrides.ts';
import { memoryProfiles } from './memory-profiles.ts';
import { memoryUpkeepLease } from './memory-upkeep-lease.ts';
import { settings as testSettings } from './settings.ts';

export const NOON = Date.UTC(2026, 10, 20, 12, 10);
export const DAY = '2026-11-20';
export const HOUR_MS = 3_600_000;
export const RUN_MS = 900_000;
export const FEATURE = 'invoice-extractor';
export const LEAF = `feature:${FEATURE}`;

export type Stores = Pick<CompactorPorts, 'gates' | 'ledger' | 'profiles' | 'lease' | 'blobs'>;

export const memoryStores = () => ({
  gates: memoryGates(),
  ledger: memoryLedger(),
  profiles: memoryProfiles(),
  lease: memoryUpkeepLease(),
  blobs: memoryBlobs(),
});

/** Everything that the compactor works on, over these stores, with a clock that tests move, and callers beside it. */
export function upkeepWorld<Those extends Stores>(stores: Those, settings: Settings = testSettings()) {
  const clock = { nowMs: NOON };
  const alerts: Alert[] = [];
  const failures: unknown[] = [];
  const ports = {
    ...stores,
    settings,
    alerts: { publish: async (alert: Alert) => void alerts.push(alert) },
    now: () => clock.nowMs,
    random: () => 0,
    sleep: () => Promise.resolve(),
    overrides: new KnownOverrides({ overrideStore: memoryOverrides(), now: () => clock.nowMs }),
    log: (_event: string, _facts: unknown, cause?: unknown) => {
      if (cause !== undefined) failures.push(cause);
    },
  };
  /** A call that holds ten cents; without a cost it dies before its books are written. */
  const call = async (costUsd: string | undefined, attempt = 1) => {
    const admittedAtMs = clock.nowMs;
    const callId = ulid(admittedAtMs);
    const money = { wantPico: usdToPico('0.1'), floorPico: usdToPico('0.1'), admittedAtMs, deadlineMs: admittedAtMs + 180_000 };
    const held = await holdMoney({ feature: FEATURE, callId, attempt, template: 'extract', model: 'haiku', ...money }, ports);
    if (held.kind !== 'held') throw new RangeError('the call is held');
    const requestId = requestIdOf(FEATURE, 'extract', callId);
    const entry = ledgerEntry({ requestId, admittedAtMs, day: held.hold.day, costPico: usdToPico(costUsd ?? '0'), attempt });
    if (costUsd !== undefined) await settleMoney(held, entry, ports);
    return { held, entry, requestId };
  };
  const run = (over: Partial<CompactorPorts> = {}, lastsMs = RUN_MS) => compact({ ...ports, ...over }, clock.nowMs + lastsMs);
  const usage = async () => Array.fromAsync(readUsage('2026-11-01', '2026-11-30', ports));
  const total = async () => picoToUsd(sumPico((await usage()).map(({ costPico }) => costPico)));
  return { ports, clock, alerts, failures, call, run, total, usage };
}
