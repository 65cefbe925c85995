import { affordableMaxTokens } from '../core/admission.ts';
import { type AttemptOutcome, attemptEntry } from '../core/attempt-entry.ts';
import { type Refusal, type RefusalReason, refuse, SpillwayError } from '../core/errors.ts';
import type { LedgerEntry } from '../core/ledger.ts';
import type { AttemptPlan, Plan } from '../core/route-plan.ts';
import type { Failure } from '../core/upstream.ts';
import type { ModelAnswer, ModelCall } from '../ports/model-client.ts';
import { giveBackHold } from './admit-call.ts';
import type { HeldMoney } from './hold-money.ts';
import type { Emit, RoutePorts } from './route-ports.ts';
import type { TemplateVersion } from './template-versions.ts';

/** One attempt, over: its entry (absent: nothing was billed and nothing booked), and the answer or why there is none. */
export type Attempted = {
  readonly attempt: AttemptPlan;
  readonly held: HeldMoney;
  readonly maxTokens: number;
  readonly warnings: readonly string[];
} & (
  | { readonly kind: 'answered'; readonly answer: ModelAnswer; readonly entry: LedgerEntry }
  | { readonly kind: 'failed'; readonly refusal: Refusal; readonly failure: Failure; readonly entry?: LedgerEntry }
);

/** Facts of the call that its ledger entries carry. */
export type Marks = TemplateVersion & { readonly fingerprint: string; readonly wouldRefuse?: string };

/** Kept free at the end of the function's time-out, so that the books can be written after the model was cut off. */
const SETTLE_MS = 5_000;
const RETRY_MS = 5_000;

/** Calls the model once on money already held, and settles: real usage, or the whole hold where the provider never said. */
export async function runAttempt(
  plan: Plan,
  attempt: AttemptPlan,
  held: HeldMoney,
  marks: Marks,
  ports: RoutePorts,
  emit?: Emit,
): Promise<Attempted> {
  const maxTokens = affordableMaxTokens(attempt.bounds, held.hold.amountPico);
  const startedAtMs = ports.now();
  const settle = (outcome: Outcome) =>
    settleAttempt({ plan, attempt, held, ports, outcome: { ...outcome, heldPico: held.hold.amountPico, ...marks } });
  try {
    const answer = await callModel(modelCall(plan, attempt, maxTokens, ports), ports, emit);
    const { message: _, ...outcome } = answer;
    const { entry, warnings } = await settle(outcome);
    return { kind: 'answered', attempt, held, maxTokens, answer, entry, warnings };
  } catch (error) {
    const refusal = failureRefusal(error, attempt, ports);
    if (error instanceof SpillwayError && !error.maybeBilled) {
      await giveBackHold(held, ports);
      return { kind: 'failed', attempt, held, maxTokens, refusal, failure: failureOf(error), warnings: [] };
    }
    // A provider that claims more than it was allowed to write is not believed.
    const seen =
      error instanceof SpillwayError && error.seenOutputTokens !== undefined
        ? { seenOutputTokens: Math.min(error.seenOutputTokens, maxTokens) }
        : {};
    const { entry, warnings } = await settle({
      usage: undefined,
      stopReason: refusal.reason,
      latencyMs: ports.now() - startedAtMs,
      ...seen,
    });
    return { kind: 'failed', attempt, held, maxTokens, refusal, failure: failureOf(error), entry, warnings };
  }
}

async function callModel(call: ModelCall, ports: RoutePorts, emit: Emit | undefined): Promise<ModelAnswer> {
  if (emit === undefined) return ports.models.converse(call);
  const events = ports.models.converseStream(call);
  for (let next = await events.next(); ; next = await events.next()) {
    if (next.done === true) return next.value;
    await emit(next.value);
  }
}

function modelCall(plan: Plan, attempt: AttemptPlan, maxTokens: number, ports: RoutePorts): ModelCall {
  const { feature, request } = plan;
  const profileArn = ports.settings.inferenceProfiles[`${feature.name}/${attempt.model.name}`];
  const leftMs = plan.admittedAtMs + ports.settings.timeoutSeconds * 1000 - SETTLE_MS - ports.now();
  return {
    model: attempt.model,
    ...(profileArn === undefined ? {} : { profileArn }),
    prompt: attempt.prompt,
    maxTokens,
    metadata: {
      feature: feature.name,
      template: plan.template,
      team: feature.team,
      environment: ports.settings.environment,
      requestId: plan.requestId,
      attempt: String(attempt.attempt),
      ...(request.run === undefined ? {} : { run: request.run }),
    },
    timeoutMs: Math.max(1_000, leftMs),
  };
}

type Outcome = Omit<AttemptOutcome, keyof Marks | 'heldPico'>;

type Settling = {
  readonly plan: Plan;
  readonly attempt: AttemptPlan;
  readonly held: HeldMoney;
  readonly ports: RoutePorts;
  readonly outcome: AttemptOutcome;
};

/** Writes the books. The money is spent whatever the store says: if it fails, the hold stays, and the resolver books it whole. */
async function settleAttempt({ plan, attempt, held, ports, outcome }: Settling): Promise<{ entry: LedgerEntry; warnings: string[] }> {
  const entry = attemptEntry(plan, attempt, outcome, ports.settings);
  const warnings = entry.costPico > entry.holdPico ? ['hold_exceeded'] : [];
  if (entry.kind === 'assumed') warnings.push('usage_unknown');
  try {
    return { entry: await ports.money.settle(held, entry), warnings };
  } catch (error) {
    ports.log('settle_pending', { requestId: plan.requestId, attempt: attempt.attempt }, error);
    return { entry, warnings: [...warnings, 'settle_pending'] };
  }
}

/** Of what went wrong, what is left to try. What was billed is not asked of the same model again. */
function failureOf(error: unknown): Failure {
  if (!(error instanceof SpillwayError)) return 'elsewhere';
  if (error.code === 'model_rejected_input' || error.seenOutputTokens !== undefined) return 'final';
  return error.retryable && !error.maybeBilled ? 'transient' : 'elsewhere';
}

/** What the caller is told when a model gave no answer. */
function failureRefusal(error: unknown, { model }: AttemptPlan, ports: RoutePorts): Refusal {
  ports.log('model_failed', { model: model.name, code: error instanceof SpillwayError ? error.code : 'unexpected' }, error);
  const evidence = { model: model.name };
  const retryAtMs = ports.now() + RETRY_MS;
  if (!(error instanceof SpillwayError)) return refuse('model_unavailable', 'the model call failed', evidence, retryAtMs);
  if (error.code === 'model_access_denied') {
    const message = `access to model ${model.name} is not granted to this account: grant model access in Bedrock, or choose another model`;
    return refuse('model_unavailable', message, { ...evidence, accessDenied: true });
  }
  const reason = REASONS[error.code] ?? 'model_unavailable';
  return reason === 'model_rejected_input'
    ? refuse(reason, error.publicMessage, evidence)
    : refuse(reason, error.publicMessage, evidence, retryAtMs);
}

const REASONS: Readonly<Record<string, RefusalReason>> = {
  model_throttled: 'model_throttled',
  model_timeout: 'model_timeout',
  model_unavailable: 'model_unavailable',
  model_rejected_input: 'model_rejected_input',
};
