import { localDay, utcHour } from './calendar.ts';
import type { LedgerEntry } from './ledger.ts';
import type { PicoUsd } from './money.ts';
import { costOf, unitPricesFor } from './price-book.ts';
import type { AttemptPlan, Plan } from './route-plan.ts';
import type { Settings } from './settings.ts';
import { NO_USAGE, type Usage } from './usage.ts';

/** What became of an attempt. `usage` undefined: the provider never said, so the whole hold is assumed spent; unknown is never zero. */
export type AttemptOutcome = {
  readonly usage: Usage | undefined;
  readonly heldPico: PicoUsd;
  readonly latencyMs: number;
  readonly stopReason: string;
  readonly fingerprint: string;
  readonly wouldRefuse?: string;
};

/** The ledger entry of one on-demand attempt, under the hour and day of its admission. */
export function attemptEntry(plan: Plan, attempt: AttemptPlan, outcome: AttemptOutcome, settings: Settings): LedgerEntry {
  const { feature, request } = plan;
  const known = outcome.usage === undefined ? undefined : costOf(outcome.usage, attempt.row);
  return {
    kind: known === undefined ? 'assumed' : 'settled',
    requestId: plan.requestId,
    attempt: attempt.attempt,
    feature: feature.name,
    template: plan.template,
    templateVersion: request.templateVersion ?? '',
    owner: feature.owner,
    team: feature.team,
    ...(request.run === undefined ? {} : { run: request.run }),
    model: attempt.model.name,
    modelId: attempt.model.modelId,
    provider: attempt.model.provider,
    mode: 'on_demand',
    arm: attempt.arm,
    escalated: attempt.escalated,
    reason: attempt.reason,
    admittedAtMs: plan.admittedAtMs,
    hour: utcHour(plan.admittedAtMs),
    day: localDay(plan.admittedAtMs, settings.timezone),
    usage: outcome.usage ?? NO_USAGE,
    unitPrices: known?.unitPrices ?? unitPricesFor(attempt.row, plan.estimatedInputTokens),
    priceBook: settings.priceBookVersion,
    costPico: known?.costPico ?? outcome.heldPico,
    holdPico: outcome.heldPico,
    latencyMs: Math.round(outcome.latencyMs),
    stopReason: outcome.stopReason,
    fingerprint: outcome.fingerprint,
    ...(outcome.wouldRefuse === undefined ? {} : { wouldRefuse: outcome.wouldRefuse }),
  };
}
