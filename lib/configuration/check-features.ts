import type { Finding } from './configuration-problem.ts';
import { DEFAULT_LIMITS } from './defaults.ts';
import type { FeatureShape } from './feature-shape.ts';
import { suggest } from './nearest-name.ts';
import { resolveModel } from './resolve-model.ts';
import type { SoundParts } from './salvage.ts';

/** Names that exist in the file, whether or not what they name is sound: so that one mistake is reported once. */
export type KnownNames = { readonly models: readonly string[]; readonly teams: readonly string[] };

/** What a feature refers to exists and fits together. */
export function checkFeatures(parts: SoundParts, names: KnownNames): Finding[] {
  const features = Object.entries(parts.features ?? {});
  return features.flatMap(([name, feature]) => [
    ...checkTeam(name, feature, names),
    ...checkTemplates(name, feature),
    ...checkRoute(name, feature, names),
    ...checkLimits(name, feature, parts),
    ...checkBatch(name, feature, names, parts),
  ]);
}

function checkTeam(name: string, { team }: FeatureShape, { teams }: KnownNames): Finding[] {
  return teams.includes(team) ? [] : [{ path: ['features', name, 'team'], message: `unknown team ${team}`, allowed: suggest(team, teams) }];
}

function checkTemplates(name: string, { templates }: FeatureShape): Finding[] {
  if (templates === 'open' || Object.keys(templates).length > 0) return [];
  return [
    { path: ['features', name, 'templates'], message: 'a feature needs at least one template', allowed: 'names of templates, or open' },
  ];
}

const unknownModel = (path: Finding['path'], model: string, models: readonly string[]): Finding[] =>
  models.includes(model) ? [] : [{ path, message: `unknown model ${model}`, allowed: suggest(model, models) }];

function checkRoute(name: string, { route }: FeatureShape, { models }: KnownNames): Finding[] {
  const path = ['features', name, 'route'];
  const { model, cheap, strong, fallback } = route;
  const both = model !== undefined && (cheap !== undefined || strong !== undefined);
  const half = model === undefined && (cheap === undefined || strong === undefined);
  const form =
    both || half
      ? [
          {
            path,
            message: both ? 'model stands alone: it means cheap and strong' : 'incomplete',
            allowed: '{ cheap, strong } or { model }',
          },
        ]
      : [];
  const named = Object.entries({ model, cheap, strong }).flatMap(([key, value]) =>
    value === undefined ? [] : unknownModel([...path, key], value, models),
  );
  const lists = Array.isArray(fallback) ? { '': fallback } : { cheap: fallback?.cheap ?? [], strong: fallback?.strong ?? [] };
  const fallbacks = Object.entries(lists).flatMap(([tier, list]) =>
    list.flatMap((each, at) => unknownModel([...path, 'fallback', ...(tier === '' ? [] : [tier]), at], each, models)),
  );
  return [...form, ...named, ...fallbacks];
}

function checkLimits(name: string, feature: FeatureShape, { models = {} }: SoundParts): Finding[] {
  const limits = { ...DEFAULT_LIMITS, ...feature.limits };
  const path = ['features', name, 'limits'];
  const findings: Finding[] = [];
  if (limits.minOutputTokens > limits.outputTokens) {
    const message = `minOutputTokens ${limits.minOutputTokens} is more than outputTokens ${limits.outputTokens}`;
    findings.push({ path: [...path, 'minOutputTokens'], message, allowed: `at most ${limits.outputTokens}` });
  }
  for (const model of new Set([feature.route.cheap, feature.route.strong, feature.route.model])) {
    const shape = model === undefined ? undefined : models[model];
    if (model === undefined || shape === undefined) continue;
    const { maxOutputTokens } = resolveModel(model, shape);
    if (limits.outputTokens <= maxOutputTokens) continue;
    const message = `outputTokens ${limits.outputTokens} is more than ${model} can write`;
    findings.push({ path: [...path, 'outputTokens'], severity: 'warning', message, allowed: `at most ${maxOutputTokens}` });
  }
  return findings;
}

function checkBatch(name: string, feature: FeatureShape, { models: known }: KnownNames, { models = {} }: SoundParts): Finding[] {
  const { batch, route } = feature;
  if (batch === undefined) return [];
  const path = ['features', name, 'batch'];
  const at = batch.model === undefined ? path : [...path, 'model'];
  const model = batch.model ?? route.cheap ?? route.model ?? '';
  if (batch.model !== undefined && !known.includes(batch.model)) return unknownModel(at, batch.model, known);
  const shape = models[model];
  if (batch.eligible === false || shape === undefined) return [];
  const { provider, prices } = resolveModel(model, shape);
  const batchable = Object.entries(models).filter(([, each]) => resolveModel('', each).prices.some((row) => row.mode === 'batch'));
  const allowed = suggest(
    model,
    batchable.map(([each]) => each),
  );
  if (provider !== 'bedrock') return [{ path: at, message: `${model} is not a Bedrock model: batch jobs run on Bedrock`, allowed }];
  if (prices.length === 0 || prices.some((row) => row.mode === 'batch')) return [];
  return [{ path: at, message: `${model} has no batch price`, allowed: `${allowed}, or models.${model}.price with batch prices` }];
}
