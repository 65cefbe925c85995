import type { Finding, FindingInput } from './finding.ts';

/** Configured features that nobody called in the period nor in the seven days before: advice, no dollars. */
export function unusedFeatures({ period, rollups, settings }: FindingInput): Finding[] {
  const called = new Set(rollups.filter((rollup) => rollup.calls > 0).map((rollup) => rollup.feature));
  return Object.values(settings.features)
    .filter((feature) => !called.has(feature.name))
    .map((feature) => ({
      id: `unused_feature:${feature.name}:*`,
      kind: 'unused_feature',
      feature: feature.name,
      template: '*',
      owner: feature.owner,
      team: feature.team,
      wastedPico: 0n,
      method: 'no entry in the ledger since the first day looked at',
      evidence: { since: period.beforeFrom, until: period.to, calls: 0 },
      action: `Remove ${feature.name} from spillway.yaml, or find out why it stopped calling.`,
    }));
}
