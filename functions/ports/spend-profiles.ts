import type { SpendProfile } from '../core/runaway/spend-profile.ts';

/** How features usually spend, derived by the compactor. Losing one leaves a feature without history: only floors bound it until it is learned. */
export type SpendProfiles = {
  readSpend(feature: string): Promise<SpendProfile | undefined>;
  putSpend(feature: string, profile: SpendProfile): Promise<void>;
};
