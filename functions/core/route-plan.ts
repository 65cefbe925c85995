import { type Bounds, boundAttempt } from './admission.ts';
import { GRACE_MS } from './closed-hours.ts';
import { type Refusal, refuse } from './errors.ts';
import { UNASSIGNED_FEATURE } from './gate-tree.ts';
import { type Arm, requestIdOf } from './ledger.ts';
import { findPrice, type PriceMode } from './price-book.ts';
import { cacheWriteOf, placeCachePoints } from './prompt-cache.ts';
import { type Decision, decide } from './routing.ts';
import { modeOfTier } from './service-tier.ts';
import type { FeatureSettings, ModelSettings, Settings } from './settings.ts';
import { estimateTokens } from './token-estimate.ts';
import { unassignedFeature } from './unassigned.ts';
import type { Prompt } from './wire/converse.ts';
import type { RouteRequest } from './wire/route.ts';

/** One request, decided: whose it is, which model answers first, and why. */
export type Plan = {
  readonly request: RouteRequest;
  readonly callId: string;
  readonly requestId: string;
  readonly admittedAtMs: number;
  readonly deadlineMs: number;
  readonly feature: FeatureSettings;
  readonly template: string;
  readonly decision: Decision;
  readonly estimatedInputTokens: number;
  /** The gateway key that the caller showed. */
  readonly keyId?: string;
  /** What enforce mode would have refused already. */
  readonly wouldRefuse?: Refusal;
};

/** One attempt of a plan, priced and bounded. */
export type AttemptPlan = {
  readonly attempt: number;
  readonly model: ModelSettings;
  readonly arm: Arm;
  readonly reason: string;
  readonly escalated: boolean;
  readonly prompt: Prompt;
  readonly bounds: Bounds;
};

export type Planned = { readonly kind: 'planned'; readonly plan: Plan } | { readonly kind: 'refused'; readonly refusal: Refusal };

/** `anyLength`: an operator has lifted the feature's bound of input tokens. */
type PlannedCall = { readonly callId: string; readonly admittedAtMs: number; readonly keyId?: string; readonly anyLength?: boolean };

/** Attributes, bounds and routes a request, or says why not. Pure: the same request under the same settings is planned alike. */
export function planRequest(request: RouteRequest, settings: Settings, { anyLength = false, ...call }: PlannedCall): Planned {
  const attributed = attribute(request, settings);
  if (attributed.kind === 'refused') return attributed;
  const { feature, template } = attributed;
  const model = request.model === undefined || request.model === 'auto' ? undefined : request.model;
  const foreign = model === undefined ? undefined : modelNotAllowed(model, feature, settings);
  if (foreign?.always === true || (foreign !== undefined && feature.mode === 'enforce'))
    return { kind: 'refused', refusal: foreign.refusal };
  const estimatedInputTokens = estimateTokens(request);
  const tooLong = !anyLength && estimatedInputTokens > feature.limits.inputTokens ? inputTooLong(feature, estimatedInputTokens) : undefined;
  if (tooLong !== undefined && feature.mode === 'enforce') return { kind: 'refused', refusal: tooLong };
  const wouldRefuse = attributed.wouldRefuse ?? foreign?.refusal ?? tooLong;
  const usesTools = (request.toolConfig?.tools.length ?? 0) > 0;
  const plan: Plan = {
    ...call,
    request,
    requestId: requestIdOf(feature.name, template, call.callId),
    deadlineMs: call.admittedAtMs + settings.timeoutSeconds * 1000 + GRACE_MS,
    feature,
    template,
    decision: decide(feature, { template, estimatedInputTokens, usesTools }, model),
    estimatedInputTokens,
  };
  return { kind: 'planned', plan: wouldRefuse === undefined ? plan : { ...plan, wouldRefuse } };
}

type Attributed =
  | { readonly kind: 'attributed'; readonly feature: FeatureSettings; readonly template: string; readonly wouldRefuse?: Refusal }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Law 1: every call has a configured feature and template. Observe mode books what has none where its configured owner sees it. */
function attribute(request: RouteRequest, settings: Settings): Attributed {
  const feature = Object.hasOwn(settings.features, request.feature) ? settings.features[request.feature] : undefined;
  if (feature === undefined) {
    const refusal =
      request.feature === ''
        ? refuse('untagged', 'name the feature and the template that this call belongs to')
        : refuse('unknown_feature', 'this feature is not in the configuration: add it there with an owner', { feature: request.feature });
    const unassigned = unassignedFeature(settings);
    if (unassigned === undefined) return { kind: 'refused', refusal };
    return { kind: 'attributed', feature: unassigned, template: UNASSIGNED_FEATURE, wouldRefuse: refusal };
  }
  if (request.template !== '' && (feature.openTemplates || Object.hasOwn(feature.templates, request.template))) {
    return { kind: 'attributed', feature, template: request.template };
  }
  const evidence = { feature: feature.name, template: request.template };
  const refusal =
    request.template === ''
      ? refuse('untagged', 'name the prompt template that this call belongs to', { feature: feature.name })
      : refuse('unknown_template', `feature ${feature.name} has no such template: add it to the configuration`, evidence);
  if (feature.mode === 'enforce') return { kind: 'refused', refusal };
  return { kind: 'attributed', feature, template: UNASSIGNED_FEATURE, wouldRefuse: refusal };
}

/** `always`: in observe mode too, for what is not configured has no price. */
function modelNotAllowed(model: string, feature: FeatureSettings, settings: Settings): { refusal: Refusal; always: boolean } | undefined {
  const configured = Object.hasOwn(settings.models, model);
  if (configured && feature.allowModelOverride) return undefined;
  const message = feature.allowModelOverride
    ? 'no model of that name is configured'
    : `feature ${feature.name} does not allow a model of choice`;
  return { refusal: refuse('model_not_allowed', message, { feature: feature.name, model: model.slice(0, 64) }), always: !configured };
}

function inputTooLong(feature: FeatureSettings, estimatedTokens: number): Refusal {
  const allowed = feature.limits.inputTokens;
  const message = `the prompt is longer than feature ${feature.name} allows: send less, or raise limits.inputTokens`;
  return refuse('input_too_long', message, { feature: feature.name, estimatedTokens, allowedTokens: allowed });
}

/**
 * Prices and bounds one attempt; a model without a price on that day, or at the service tier asked for, is refused, never taken for free (Law 2).
 * Held at the dearer of the tier and the default, since a provider may serve the default instead. An escalation keeps to tiers that have a price.
 */
export function planAttempt(
  plan: Plan,
  settings: Settings,
  attempt: { number: number; model: string; arm: Arm; reason: string; escalated: boolean },
): AttemptPlan | Refusal {
  const model = settings.models[attempt.model];
  const price = (mode: PriceMode | undefined) => (mode === undefined ? undefined : findPrice(model?.prices ?? [], mode, plan.admittedAtMs));
  const { serviceTier, ...untiered } = promptOf(plan.request);
  const [standard, tiered] = [price('on_demand'), price(modeOfTier(serviceTier?.type))];
  if (model === undefined || standard === undefined) return noPrice(attempt.model, 'has no price: only pinned, priced models are called');
  if (tiered === undefined && !attempt.escalated)
    return noPrice(
      model.name,
      `has no price at service tier ${serviceTier?.type}: ask for another, or give its price in the configuration`,
    );
  const asked = tiered === undefined || serviceTier === undefined ? untiered : { ...untiered, serviceTier };
  const prompt = placeCachePoints(asked, model, plan.feature.cache);
  const bounds = boundAttempt(plan.feature, model, [standard, tiered ?? standard], {
    estimatedInputTokens: plan.estimatedInputTokens,
    requestedMaxTokens: plan.request.inferenceConfig?.maxTokens,
    cacheWrite: cacheWriteOf(prompt),
  });
  const { number, arm, reason, escalated } = attempt;
  return { attempt: number, model, arm, reason, escalated, prompt, bounds };
}

const noPrice = (model: string, what: string): Refusal => refuse('model_not_allowed', `model ${model} ${what}`, { model });

/** The model's part of the request alone. */
export function promptOf({ messages, system, inferenceConfig, toolConfig, outputConfig, serviceTier }: RouteRequest): Prompt {
  return {
    messages,
    ...(system === undefined ? {} : { system }),
    ...(inferenceConfig === undefined ? {} : { inferenceConfig }),
    ...(toolConfig === undefined ? {} : { toolConfig }),
    ...(outputConfig === undefined ? {} : { outputConfig }),
    ...(serviceTier === undefined ? {} : { serviceTier }),
  };
}
