import type { Rollup } from '../../functions/core/rollup.ts';
import { NO_USAGE } from '../../functions/core/usage.ts';

/** A rollup of one call that cost nothing; say what matters. */
export const rollup = (over: Partial<Rollup> = {}): Rollup => ({
  hour: `${over.day ?? '2026-11-13'}T10`,
  day: '2026-11-13',
  feature: 'invoice-extractor',
  template: 'extract',
  owner: 'finance-ops@acme.example',
  team: 'finance',
  model: 'haiku',
  provider: 'bedrock',
  modelId: 'us.test.haiku-v1:0',
  mode: 'on_demand',
  calls: 1,
  escalations: 0,
  usage: NO_USAGE,
  charges: [],
  costPico: 0n,
  assumedPico: 0n,
  correctionPico: 0n,
  ...over,
});
