import type { PriceMode } from './price-book.ts';

/** The service tiers that a caller may ask for. Providers may serve another: what is billed is what their answer names. */
export const SERVICE_TIERS = ['default', 'flex', 'priority'] as const;
export type ServiceTier = (typeof SERVICE_TIERS)[number];

/** The prices of a tier, as the answer names it; unnamed is the default. Undefined: a tier that has no price per token (`reserved`), or an unknown one. */
export function modeOfTier(tier: string | undefined): Exclude<PriceMode, 'batch'> | undefined {
  if (tier === undefined || tier === 'default' || tier === 'standard') return 'on_demand';
  return tier === 'flex' || tier === 'priority' ? tier : undefined;
}
