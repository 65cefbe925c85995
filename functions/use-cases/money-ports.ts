import type { Settings } from '../core/settings.ts';
import type { GateStore } from '../ports/gate-store.ts';
import type { UsageLedger } from '../ports/usage-ledger.ts';
import type { KnownOverrides } from './known-overrides.ts';

/** What everything that moves money needs. */
export type MoneyPorts = {
  readonly gates: GateStore;
  readonly ledger: UsageLedger;
  readonly settings: Settings;
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
};

/** What holding money needs besides: operators raise caps, and pause. */
export type HoldPorts = MoneyPorts & { readonly overrides: KnownOverrides };
