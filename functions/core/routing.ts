import type { Arm } from './ledger.ts';
import type { FeatureSettings, RouteSettings, Tier } from './settings.ts';

/** What decides the arm: nothing but the configuration and what the request itself shows. */
export type RoutingFacts = { readonly template: string; readonly estimatedInputTokens: number; readonly usesTools: boolean };

export type Decision = {
  readonly arm: Arm;
  readonly model: string;
  readonly reason: 'model_override' | 'single_model' | 'declared_cheap' | 'declared_strong' | 'simple_request' | 'strong_by_default';
  /** Cheap first: check the answer, and ask this model when a check fails. */
  readonly escalateTo?: string;
};

/** The arm that a model stands for in a feature. Where there is one model for both, it is the strong one. */
export const armOf = ({ cheap, strong }: RouteSettings, model: string): Arm => (model === cheap && cheap !== strong ? 'cheap' : 'strong');

/** Which model answers first, and the reason word that the receipt and the ledger carry. In doubt: strong. */
export function decide(feature: FeatureSettings, facts: RoutingFacts, override?: string): Decision {
  const { cheap, strong } = feature.route;
  if (override !== undefined) return { arm: armOf(feature.route, override), model: override, reason: 'model_override' };
  if (cheap === strong) return { arm: 'strong', model: strong, reason: 'single_model' };
  const tier = tierOf(feature, facts.template);
  if (tier === 'strong') return { arm: 'strong', model: strong, reason: 'declared_strong' };
  if (tier === 'cheap') return { arm: 'cheap', model: cheap, reason: 'declared_cheap', escalateTo: strong };
  if (isSimple(feature, facts)) return { arm: 'cheap', model: cheap, reason: 'simple_request', escalateTo: strong };
  return { arm: 'strong', model: strong, reason: 'strong_by_default' };
}

function tierOf(feature: FeatureSettings, template: string): Tier {
  return (Object.hasOwn(feature.templates, template) ? feature.templates[template]?.tier : undefined) ?? 'learned';
}

function isSimple(feature: FeatureSettings, facts: RoutingFacts): boolean {
  const rule = feature.route.simpleWhen;
  if (rule === undefined) return false;
  if (rule.inputTokensBelow !== undefined && facts.estimatedInputTokens >= rule.inputTokensBelow) return false;
  return rule.tools !== false || !facts.usesTools;
}
