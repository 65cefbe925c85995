import { HOUR_MS, localDay } from '../core/calendar.ts';
import { failedCheck } from '../core/cascade.ts';
import { type Refusal, refuse, SpillwayError } from '../core/errors.ts';
import type { LedgerEntry } from '../core/ledger.ts';
import { picoToUsd, sumPico } from '../core/money.ts';
import { receiptOf } from '../core/receipt.ts';
import { type AttemptPlan, type Plan, type Planned, planAttempt, planRequest } from '../core/route-plan.ts';
import { streamEvents } from '../core/stream-events.ts';
import type { RouteAnswer, RouteRequest } from '../core/wire/route.ts';
import { wireUsage } from '../core/wire/usage.ts';
import { admitCall, releaseKey } from './admit-call.ts';
import { type Asked, askModels, whoIsUp } from './ask-models.ts';
import { guardConversation, requestFingerprint } from './guard-loops.ts';
import { isExempt, pauseRefusal } from './obey-overrides.ts';
import type { Emit, RouteOutcome, RoutePorts } from './route-ports.ts';
import type { Attempted, Marks } from './run-attempt.ts';

type Answered = Extract<Attempted, { kind: 'answered' }>;

/**
 * Answers one request with the cheapest model that can do the work, or says why not. With `emit`, the answer also goes out in pieces: as it
 * comes, or, where the cheap model's answer has to be checked first, once it is known to be good. `keyId`: the gateway key that the caller showed.
 */
export async function routeRequest(request: RouteRequest, ports: RoutePorts, emit?: Emit, keyId?: string): Promise<RouteOutcome> {
  const admittedAtMs = ports.now();
  const call = { callId: ports.newId(admittedAtMs), admittedAtMs, ...(keyId === undefined ? {} : { keyId }) };
  const planned = await planOf(request, call, ports);
  if (planned.kind === 'refused') return refused(request, planned.refusal, ports);
  const { plan } = planned;
  const first = planAttempt(plan, ports.settings, { ...whoIsUp(plan, ports), number: 1, escalated: false });
  if (!('bounds' in first)) return refused(request, first, ports, plan);
  try {
    return await route(plan, first, ports, emit);
  } catch (error) {
    if (!(error instanceof SpillwayError) || error.code !== 'store_unavailable') throw error;
    ports.log('store_unavailable', { requestId: plan.requestId }, error);
    return refused(request, refuse('store_unavailable', error.publicMessage, {}, ports.now() + 1_000), ports, plan, first);
  }
}

/** A prompt that is too long is planned all the same where an operator has allowed it. */
async function planOf(request: RouteRequest, call: Parameters<typeof planRequest>[2], ports: RoutePorts): Promise<Planned> {
  const strict = planRequest(request, ports.settings, call);
  const refusal = strict.kind === 'refused' ? strict.refusal : strict.plan.wouldRefuse;
  if (refusal?.reason !== 'input_too_long') return strict;
  const lenient = planRequest(request, ports.settings, { ...call, anyLength: true });
  return lenient.kind === 'planned' && (await isExempt(lenient.plan, ['input_too_long'], ports)) ? lenient : strict;
}

async function route(plan: Plan, first: AttemptPlan, ports: RoutePorts, emit: Emit | undefined): Promise<RouteOutcome> {
  const remembered = pauseRefusal(plan, first.model.name, ports.overrides.recent(), ports.now()) ?? recall(plan, ports);
  if (remembered !== undefined) return refused(plan.request, remembered, ports, plan, first);
  const { refusal: loop, warnings } = await guardConversation(plan, ports);
  if (loop !== undefined && plan.feature.mode === 'enforce') return refused(plan.request, loop, ports, plan, first);
  const watched: Plan = plan.wouldRefuse === undefined && loop !== undefined ? { ...plan, wouldRefuse: loop } : plan;
  const fingerprint = await requestFingerprint(plan, ports);
  const [admission, version] = await Promise.all([admitCall(watched, first, fingerprint, ports), versionOf(plan, ports)]);
  if (admission.kind === 'refused') return refused(plan.request, admission.refusal, ports, plan, first);
  if (admission.kind === 'replayed') return replayed(admission.answer, emit);
  const would = admission.wouldRefuse === undefined ? {} : { wouldRefuse: admission.wouldRefuse.reason };
  const marks: Marks = { fingerprint, ...version, ...would };
  const buffered = plan.decision.escalateTo !== undefined;
  const asking = askModels(plan, first, admission.held, marks, ports, buffered ? undefined : emit);
  const [{ attempts, last }] = await Promise.all([asking, ports.notices.tell()]);
  if (last.kind === 'failed') return failed(plan, attempts, last.refusal, ports, first);
  const outcome = await cascade(plan, last, attempts, marks, ports);
  if (buffered && emit !== undefined) await emitAnswer(outcome.output, outcome.stopReason, emit);
  const answer = withGuards(outcome, admission.wouldRefuse, [...warnings, ...admission.warnings]);
  return { kind: 'answered', answer: await keep(plan, answer, ports) };
}

const versionOf = ({ feature, template, request }: Plan, { versions }: RoutePorts) =>
  versions.of({ feature: feature.name, template, templateVersion: request.templateVersion, prompt: request });

/** Cheap first: when a free check fails, the strong model is asked, on a hold of its own. Never a refusal after a paid attempt. */
async function cascade(plan: Plan, cheap: Answered, paid: Asked['attempts'], marks: Marks, ports: RoutePorts): Promise<RouteAnswer> {
  const { escalateTo } = plan.decision;
  const check = escalateTo === undefined ? undefined : failedCheck(cheap.answer, plan.request, ports.validate);
  if (escalateTo === undefined || check === undefined) return answerOf(plan, cheap, paid);
  const warning = `check_failed:${check}`;
  const asStrong = { model: escalateTo, arm: 'strong', reason: 'escalated', escalated: true } as const;
  const attempt = planAttempt(plan, ports.settings, { number: cheap.attempt.attempt + 1, ...asStrong });
  const second = 'bounds' in attempt ? await escalate(plan, attempt, marks, ports) : 'escalation_refused';
  if (typeof second === 'string') return answerOf(plan, cheap, paid, [warning, second]);
  const all = [...paid, ...second.attempts];
  if (second.last.kind === 'answered') return answerOf(plan, second.last, all, [warning]);
  return answerOf(plan, cheap, all, [warning, 'escalation_failed']);
}

async function escalate(plan: Plan, attempt: AttemptPlan, marks: Marks, ports: RoutePorts): Promise<Asked | 'escalation_refused'> {
  try {
    const admission = await admitCall(plan, attempt, marks.fingerprint, ports);
    return admission.kind === 'admitted' ? await askModels(plan, attempt, admission.held, marks, ports) : 'escalation_refused';
  } catch (error) {
    ports.log('escalation_refused', { requestId: plan.requestId }, error);
    return 'escalation_refused';
  }
}

/** The answer of `best`, with the receipt of everything that was paid for it. */
function answerOf(plan: Plan, best: Answered, attempts: readonly Attempted[], warnings: readonly string[] = []): RouteAnswer {
  const last = attempts.at(-1) ?? best;
  const entries = attempts.flatMap((attempt): LedgerEntry[] => (attempt.entry === undefined ? [] : [attempt.entry]));
  const unspent = last.held.hold.amountPico - (last.entry?.costPico ?? 0n);
  const wanted = plan.request.inferenceConfig?.maxTokens ?? best.attempt.bounds.maxTokens;
  return {
    requestId: plan.requestId,
    output: { message: best.answer.message },
    stopReason: best.answer.stopReason,
    usage: wireUsage(best.entry.usage),
    receipt: receiptOf({
      entries,
      answering: best.entry,
      attempts: attempts.length,
      ...(best.maxTokens < wanted ? { maxTokensClampedTo: best.maxTokens } : {}),
      budget: last.held.remaining.map(({ scope, remainingPico }) => ({ scope, remainingPico: remainingPico + unspent })),
      warnings: [...attempts.flatMap((attempt) => attempt.warnings), ...warnings],
    }),
  };
}

/** The receipt says what the guards found, and what enforce mode would have refused. */
function withGuards(answer: RouteAnswer, would: Refusal | undefined, warnings: readonly string[]): RouteAnswer {
  const all = [...new Set([...answer.receipt.warnings, ...warnings])];
  return { ...answer, receipt: { ...answer.receipt, ...(would === undefined ? {} : { wouldRefuse: would.reason }), warnings: all } };
}

/** No answer: what was booked is said, and a key whose call cost nothing is free again. */
async function failed(
  plan: Plan,
  attempts: readonly Attempted[],
  refusal: Refusal,
  ports: RoutePorts,
  first: AttemptPlan,
): Promise<RouteOutcome> {
  const booked = attempts.flatMap(({ entry }) => (entry === undefined ? [] : [entry.costPico]));
  if (booked.length === 0) {
    await releaseKey(plan, ports);
    return refused(plan.request, refusal, ports, plan, first);
  }
  const evidence = { ...refusal.evidence, requestId: plan.requestId, assumedUsd: picoToUsd(sumPico(booked)) };
  return { kind: 'refused', refusal: { ...refusal, evidence } };
}

/** Stores the answer for repeats of the same key. */
async function keep(plan: Plan, answer: RouteAnswer, ports: RoutePorts): Promise<RouteAnswer> {
  const { request, feature } = plan;
  if (request.idempotencyKey === undefined) return answer;
  const { output: _, ...withoutOutput } = answer;
  const outputUntilMs = ports.now() + feature.keepAnswersHours * HOUR_MS;
  try {
    const kept = feature.keepAnswersHours > 0 ? answer : withoutOutput;
    await ports.idempotency.complete(feature.name, request.idempotencyKey, kept, { outputUntilMs });
    return answer;
  } catch (error) {
    ports.log('answer_not_kept', { requestId: plan.requestId }, error);
    return { ...answer, receipt: { ...answer.receipt, warnings: [...answer.receipt.warnings, 'answer_not_kept'] } };
  }
}

async function replayed(answer: RouteAnswer, emit: Emit | undefined): Promise<RouteOutcome> {
  if (emit !== undefined) await emitAnswer(answer.output, answer.stopReason, emit);
  return { kind: 'answered', answer: { ...answer, receipt: { ...answer.receipt, replayed: true } } };
}

async function emitAnswer(output: RouteAnswer['output'], stopReason: string, emit: Emit): Promise<void> {
  if (output === undefined) return;
  for (const event of streamEvents(output.message, stopReason)) await emit(event);
}

const scopesOf = ({ feature, request }: Plan): string[] => [
  `feature:${feature.name}`,
  ...(request.run === undefined ? [] : [`run:${feature.name}/${request.run}`]),
];

/** A breaker seen open a moment ago is not asked again. */
function recall(plan: Plan, ports: RoutePorts): Refusal | undefined {
  if (plan.feature.mode !== 'enforce') return undefined;
  const nowMs = ports.now();
  return scopesOf(plan)
    .map((scope) => ports.breakers.recall(scope, nowMs))
    .find((refusal) => refusal !== undefined);
}

/**
 * Counts the refusal, as money not spent, and remembers an open breaker. Neither may get in the way of the refusal itself: a store that
 * has just failed is not asked to count.
 */
async function refused(
  request: RouteRequest,
  refusal: Refusal,
  ports: RoutePorts,
  plan?: Plan,
  first?: AttemptPlan,
): Promise<RouteOutcome> {
  const nowMs = ports.now();
  // A pause is known from the overrides for as long as it may be, and not remembered besides.
  if (plan !== undefined && refusal.reason === 'breaker_open') {
    const ofRun = String(refusal.evidence['scope'] ?? '').startsWith('run:');
    const scope = scopesOf(plan).at(ofRun ? -1 : 0);
    if (scope !== undefined) ports.breakers.remember(scope, refusal, nowMs);
  }
  if (refusal.reason === 'store_unavailable') return { kind: 'refused', refusal };
  const known = Object.hasOwn(ports.settings.features, request.feature) ? ports.settings.features[request.feature] : undefined;
  const counted = {
    feature: known?.name ?? '_unknown',
    template: plan?.template ?? (known !== undefined && Object.hasOwn(known.templates, request.template) ? request.template : '_unknown'),
    reason: refusal.reason,
    notSpentPico: first?.bounds.wantPico ?? 0n,
  };
  try {
    await ports.refusals.count(localDay(nowMs, ports.settings.timezone), counted);
  } catch (error) {
    ports.log('refusal_not_counted', { reason: refusal.reason }, error);
  }
  return { kind: 'refused', refusal };
}
