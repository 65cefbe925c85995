import { boundAttempt } from './admission.ts';
import { HOUR_MS } from './calendar.ts';
import { findPrice } from './price-book.ts';
import type { FeatureSettings, ModelSettings, Settings } from './settings.ts';
import { estimateTokens } from './token-estimate.ts';
import type { JobError, JobMessage, JobRequest } from './wire/job.ts';

export type CheckedJob = {
  readonly model: string;
  readonly maxTokens: number;
  readonly deadlineMs: number;
  readonly afterDeadline: 'wait' | 'expire';
  /** Worst-case cost at the batch price: the real cost cannot pass it but for an under-estimate of input tokens. */
  readonly holdPico: bigint;
};

export type JobCheck = { readonly kind: 'accepted'; readonly job: CheckedJob } | { readonly kind: 'failed'; readonly error: JobError };

const failed = (reason: string, message: string): JobCheck => ({ kind: 'failed', error: { reason, message } });

/** Whether a job may go to a batch, and what it costs at most. A job that may not is answered `failed`: it would never pass. */
export function checkJob(message: JobMessage, request: JobRequest, settings: Settings, atMs: number): JobCheck {
  const feature = settings.features[message.feature];
  if (feature === undefined) return failed('unknown_feature', `no feature ${message.feature} in the configuration`);
  if (feature.templates[message.template] === undefined && !feature.openTemplates)
    return failed('unknown_template', `feature ${feature.name} has no template ${message.template}`);
  if (!feature.batch.eligible) return failed('request_malformed', `feature ${feature.name} is not batch.eligible in the configuration`);
  if (message.replyTo !== undefined && !feature.batch.replyTo.includes(message.replyTo.queueUrl))
    return failed('request_malformed', `replyTo.queueUrl is not among batch.replyTo of feature ${feature.name}`);
  const model = settings.models[feature.batch.model];
  if (model === undefined) return failed('model_not_allowed', `feature ${feature.name} names a batch model that is not configured`);
  if (carriesTools(request))
    return failed('request_malformed', 'batch records cannot carry tools: leave out toolUse and toolResult blocks');
  return priceJob(message, request, feature, model, estimateTokens(request), atMs);
}

function priceJob(
  message: JobMessage,
  request: JobRequest,
  feature: FeatureSettings,
  model: ModelSettings,
  inputTokens: number,
  atMs: number,
): JobCheck {
  const row = findPrice(model.prices, 'batch', atMs);
  if (row === undefined) return failed('model_not_allowed', `model ${model.name} has no batch price`);
  if (inputTokens > feature.limits.inputTokens)
    return failed('input_too_long', `about ${inputTokens} input tokens; feature ${feature.name} allows ${feature.limits.inputTokens}`);
  const { maxTokens, wantPico: holdPico } = boundAttempt(feature, model, [row], {
    estimatedInputTokens: inputTokens,
    requestedMaxTokens: request.inferenceConfig?.maxTokens,
    cacheWrite: 'none',
  });
  const deadlineMs = message.deadline === undefined ? atMs + feature.batch.maxDelayHours * HOUR_MS : Date.parse(message.deadline);
  return { kind: 'accepted', job: { model: model.name, maxTokens, deadlineMs, afterDeadline: feature.batch.afterDeadline, holdPico } };
}

const carriesTools = (request: JobRequest): boolean =>
  request.messages.some(({ content }) => content.some((block) => block.toolUse !== undefined || block.toolResult !== undefined));
