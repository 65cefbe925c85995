import { UNASSIGNED_FEATURE } from './gate-tree.ts';
import type { FeatureSettings, Settings } from './settings.ts';

/**
 * The feature that untagged and unknown calls are booked to while the WHOLE organization is in observe mode (every feature is): unbounded by
 * caps of its own, answered by the dearest configured strong model, since nobody has said that less will do. Undefined in enforce mode.
 */
export function unassignedFeature(settings: Settings): FeatureSettings | undefined {
  const features = Object.values(settings.features);
  const [first] = features;
  if (first === undefined || features.some((feature) => feature.mode !== 'observe')) return undefined;
  const outputPrice = (feature: FeatureSettings): bigint => settings.models[feature.route.strong]?.prices[0]?.prices.output ?? 0n;
  const { strong } = features.reduce((dearest, feature) => (outputPrice(feature) > outputPrice(dearest) ? feature : dearest), first).route;
  return {
    ...first,
    name: UNASSIGNED_FEATURE,
    owner: settings.unassignedOwner,
    team: UNASSIGNED_FEATURE,
    templates: {},
    openTemplates: false,
    route: { cheap: strong, strong, tolerance: 0 },
    allowModelOverride: true,
    limits: {
      inputTokens: Math.max(...features.map((feature) => feature.limits.inputTokens)),
      outputTokens: Math.max(...features.map((feature) => feature.limits.outputTokens)),
      minOutputTokens: 1,
    },
    caps: {},
    cache: 'auto',
    keepAnswersHours: 0,
    shards: 1,
  };
}
