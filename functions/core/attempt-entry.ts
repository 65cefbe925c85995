import { localDay, utcHour } from './calendar.ts';
import type { LedgerEntry } from './ledger.ts';
import type { PicoUsd } from './money.ts';
import { costOf, findPrice, UNKNOWN_PRICES, unitPricesFor } from './price-book.ts';
import type { AttemptPlan, Plan } from './route-plan.ts';
import { modeOfTier } from './service-tier.ts';
import type { Settings } from './settings.ts';
import { NO_USAGE, type Usage } from './usage.ts';

/** What became of an attempt. `usage` undefined: the provider never said, so the whole hold is assumed spent; unknown is never zero. */
export type AttemptOutcome = {
  readonly usage: Usage | undefined;
  /** The service tier that the answer names; undefined is the default. */
  readonly serviceTier?: string;
  readonly answeredBy?: string;
  readonly seenOutputTokens?: number;
  readonly heldPico: PicoUsd;
  readonly latencyMs: number;
  readonly stopReason: string;
  readonly fingerprint: string;
  readonly templateVersion: string;
  readonly prefix: readonly string[];
  readonly wouldRefuse?: string;
};

/**
 * The ledger entry of one on-demand attempt, under the hour and day of its admission, priced at the service tier that the ANSWER names. A tier
 * without a price: what was used is known and what it costs is not, so the whole hold is assumed.
 */
export function attemptEntry(plan: Plan, attempt: AttemptPlan, outcome: AttemptOutcome, settings: Settings): LedgerEntry {
  const { feature, request } = plan;
  const served = modeOfTier(outcome.serviceTier);
  const mode = served ?? 'on_demand';
  const row = findPrice(attempt.model.prices, mode, plan.admittedAtMs) ?? findPrice(attempt.model.prices, 'on_demand', plan.admittedAtMs);
  const known = outcome.usage === undefined || row === undefined || row.mode !== served ? undefined : costOf(outcome.usage, row);
  return {
    kind: known === undefined ? 'assumed' : 'settled',
    requestId: plan.requestId,
    attempt: attempt.attempt,
    feature: feature.name,
    template: plan.template,
    templateVersion: outcome.templateVersion,
    owner: feature.owner,
    team: feature.team,
    ...(request.run === undefined ? {} : { run: request.run }),
    model: attempt.model.name,
    modelId: attempt.model.modelId,
    ...(outcome.answeredBy === undefined ? {} : { answeredBy: outcome.answeredBy }),
    provider: attempt.model.provider,
    mode,
    arm: attempt.arm,
    escalated: attempt.escalated,
    reason: attempt.reason,
    admittedAtMs: plan.admittedAtMs,
    hour: utcHour(plan.admittedAtMs),
    day: localDay(plan.admittedAtMs, settings.timezone),
    usage: outcome.usage ?? NO_USAGE,
    ...(outcome.seenOutputTokens === undefined ? {} : { seenOutputTokens: outcome.seenOutputTokens }),
    unitPrices: known?.unitPrices ?? (row === undefined ? UNKNOWN_PRICES : unitPricesFor(row, plan.estimatedInputTokens)),
    priceBook: settings.priceBookVersion,
    costPico: known?.costPico ?? outcome.heldPico,
    holdPico: outcome.heldPico,
    latencyMs: Math.round(outcome.latencyMs),
    stopReason: outcome.stopReason,
    fingerprint: outcome.fingerprint,
    prefix: outcome.prefix,
    ...(outcome.wouldRefuse === undefined ? {} : { wouldRefuse: outcome.wouldRefuse }),
  };
}
