import { ulid } from 'ulid';
import type { FeatureSettings, Settings } from '../../functions/core/settings.ts';
import type { HoldRequest } from '../../functions/use-cases/hold-money.ts';
import { KnownOverrides } from '../../functions/use-cases/known-overrides.ts';
import type { HoldPorts } from '../../functions/use-cases/money-ports.ts';
import { memoryGates } from './memory-gates.ts';
import { memoryLedger } from './memory-ledger.ts';
import { memoryOverrides } from './memory-overrides.ts';
import { featureSettings, settings as testSettings } from './settings.ts';

export const NOW = Date.UTC(2026, 10, 22, 10, 30);
export const DAY = '2026-11-22';
export const FEATURE = 'invoice-extractor';
export const LEAF = `feature:${FEATURE}`;

export type World = HoldPorts & {
  gates: ReturnType<typeof memoryGates>;
  overrideStore: ReturnType<typeof memoryOverrides>;
  clock: { nowMs: number };
  writes: string[];
};

/** One feature over gates and a ledger in memory, with a clock that `sleep` moves. `writes` names each gate operation. */
export function moneyWorld(feature: Partial<FeatureSettings> = {}, over: Partial<Settings> = {}): World {
  const clock = { nowMs: NOW };
  const writes: string[] = [];
  const gates = memoryGates();
  const counted: typeof gates = new Proxy(gates, {
    get(target, name) {
      writes.push(String(name));
      return Reflect.get(target, name);
    },
  });
  const overrideStore = memoryOverrides();
  return {
    gates: counted,
    overrideStore,
    overrides: new KnownOverrides({ overrideStore, now: () => clock.nowMs }),
    ledger: memoryLedger(),
    settings: testSettings({ features: { [FEATURE]: featureSettings(FEATURE, feature) }, ...over }),
    now: () => clock.nowMs,
    random: () => 0.5,
    sleep: (ms) => {
      clock.nowMs += ms;
      return Promise.resolve();
    },
    clock,
    writes,
  };
}

/** A call that wants this much, all or nothing; say what matters. */
export const ask = (wantPico: bigint, over: Partial<HoldRequest> = {}) => {
  const { admittedAtMs = NOW } = over;
  const call = { feature: FEATURE, callId: ulid(admittedAtMs), attempt: 1, template: 'extract', model: 'haiku', admittedAtMs };
  return { ...call, wantPico, floorPico: wantPico, deadlineMs: admittedAtMs + 180_000, ...over };
};
