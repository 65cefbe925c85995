import { usdToPico } from '../../functions/core/money.ts';
import type { Caps, FeatureSettings, Mode, RouteSettings, Tier } from '../../functions/core/settings.ts';
import { DEFAULT_BATCH, DEFAULT_LIMITS, DEFAULT_LOOP, DEFAULT_TOLERANCE } from './defaults.ts';
import type { FeatureShape, TemplatesShape } from './feature-shape.ts';

/** Budgets in USD as caps in pico-dollars. */
export function resolveCaps(budgets: { hourly?: number; daily?: number; monthly?: number } = {}): Caps {
  return {
    ...(budgets.hourly === undefined ? {} : { hourlyPico: usdToPico(budgets.hourly) }),
    ...(budgets.daily === undefined ? {} : { dailyPico: usdToPico(budgets.daily) }),
    ...(budgets.monthly === undefined ? {} : { monthlyPico: usdToPico(budgets.monthly) }),
  };
}

/** A feature with every default filled in. */
export function resolveFeature(name: string, shape: FeatureShape, modeOfAll: Mode): FeatureSettings {
  const route = resolveRoute(shape.route);
  return {
    name,
    owner: shape.owner,
    team: shape.team,
    mode: shape.mode ?? modeOfAll,
    templates: resolveTemplates(shape.templates),
    openTemplates: shape.templates === 'open',
    route,
    allowModelOverride: shape.allowModelOverride ?? false,
    limits: { ...DEFAULT_LIMITS, ...shape.limits },
    caps: resolveCaps(shape.budgets),
    loop: resolveLoop(shape.loop),
    cache: shape.cache ?? 'auto',
    batch: { eligible: shape.batch !== undefined, model: route.cheap, ...DEFAULT_BATCH, ...shape.batch },
    keepAnswersHours: shape.keepAnswersHours ?? 0,
    shards: shape.shards ?? 1,
  };
}

function resolveLoop({ maxUsdPerRun, ...loop }: NonNullable<FeatureShape['loop']> = {}): FeatureSettings['loop'] {
  return { ...DEFAULT_LOOP, ...loop, ...(maxUsdPerRun === undefined ? {} : { maxUsdPerRunPico: usdToPico(maxUsdPerRun) }) };
}

function resolveTemplates(templates: TemplatesShape): Record<string, { tier: Tier }> {
  if (templates === 'open') return {};
  if (Array.isArray(templates)) return Object.fromEntries(templates.map((name) => [name, { tier: 'learned' }]));
  return Object.fromEntries(Object.entries(templates).map(([name, template]) => [name, { tier: template?.tier ?? 'learned' }]));
}

function resolveRoute({
  model = '',
  cheap = model,
  strong = model,
  tolerance,
  simpleWhen,
  fallback,
}: FeatureShape['route']): RouteSettings {
  const byTier = Array.isArray(fallback)
    ? { cheap: fallback, strong: fallback }
    : { cheap: fallback?.cheap ?? [], strong: fallback?.strong ?? [] };
  return {
    cheap,
    strong,
    tolerance: tolerance ?? DEFAULT_TOLERANCE,
    ...(simpleWhen === undefined ? {} : { simpleWhen }),
    ...(fallback === undefined ? {} : { fallback: byTier }),
  };
}
