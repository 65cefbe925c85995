import { type Refusal, refuse } from '../core/errors.ts';
import { endOfPause, PAUSED_RUN } from '../core/gate-pause.ts';
import { maxPico, type PicoUsd } from '../core/money.ts';
import { pausedRefusal } from '../core/override/override.ts';
import type { AttemptPlan, Plan } from '../core/route-plan.ts';
import type { RouteAnswer } from '../core/wire/route.ts';
import type { Claim } from '../ports/idempotency-store.ts';
import type { RunState } from '../ports/run-store.ts';
import { type Guarded, guardRun, runIsOpen } from './guard-loops.ts';
import { guardSize, placeRun } from './guard-runs.ts';
import { guardRate } from './guard-spend.ts';
import type { HeldMoney } from './hold-money.ts';
import { pauseRefusal } from './obey-overrides.ts';
import type { RoutePorts } from './route-ports.ts';

export type CallAdmission =
  | { readonly kind: 'admitted'; readonly held: HeldMoney; readonly wouldRefuse?: Refusal; readonly warnings: readonly string[] }
  | { readonly kind: 'replayed'; readonly answer: RouteAnswer }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Holds the money of one attempt. */
function holdFor(plan: Plan, attempt: AttemptPlan, ports: RoutePorts): ReturnType<RoutePorts['money']['hold']> {
  const { run } = plan.request;
  return ports.money.hold({
    feature: plan.feature.name,
    callId: plan.callId,
    attempt: attempt.attempt,
    wantPico: attempt.bounds.wantPico,
    floorPico: attempt.bounds.floorPico,
    template: plan.template,
    model: attempt.model.name,
    ...(run === undefined ? {} : { run }),
    admittedAtMs: plan.admittedAtMs,
    deadlineMs: plan.deadlineMs,
  });
}

/**
 * The one store round before the model: money, run, idempotency key and, when they were read more than 2 s ago, the operators' overrides, in
 * parallel. Whoever refuses, what the others took is given back (the run keeps its count: a call that was tried was tried). A second attempt of
 * the same call has entered its run and claimed its key already.
 */
export async function admitCall(plan: Plan, attempt: AttemptPlan, fingerprint: string, ports: RoutePorts): Promise<CallAdmission> {
  const isFirst = attempt.attempt === 1;
  const [money, run, claim, known] = await Promise.allSettled([
    holdFor(plan, attempt, ports),
    isFirst ? enterRun(plan, attempt, fingerprint, ports) : undefined,
    isFirst ? claimKey(plan, ports) : undefined,
    ports.overrides.current(),
    ports.history.of(plan.feature.name),
  ]);
  const held = money.status === 'fulfilled' && money.value.kind === 'held' ? money.value : undefined;
  const claimed = claim.status === 'fulfilled' && claim.value?.kind === 'claimed';
  // The run has counted the worst case; the hold, or its absence, tells for itself. Unknown stays counted.
  if (money.status === 'fulfilled' && run.status === 'fulfilled' && run.value?.kind === 'entered')
    ports.runCosts.add(plan.feature.name, plan.request.run, -attempt.bounds.wantPico);
  const giveBack = () =>
    Promise.all([held === undefined ? undefined : giveBackHold(held, ports), claimed ? releaseKey(plan, ports) : undefined]);
  try {
    const paused = pauseRefusal(plan, attempt.model.name, fulfilled(known), ports.now());
    const round: Round = { money: fulfilled(money), run: fulfilled(run), claim: fulfilled(claim) };
    const verdict: CallAdmission =
      paused === undefined ? await judge(plan, attempt, fingerprint, round, ports) : { kind: 'refused', refusal: paused };
    if (verdict.kind !== 'admitted') await giveBack();
    return verdict;
  } catch (error) {
    await giveBack();
    throw error;
  }
}

type Round = {
  readonly money: Awaited<ReturnType<typeof holdFor>>;
  readonly run: Awaited<ReturnType<typeof enterRun>>;
  readonly claim: Claim | undefined;
};

async function judge(
  plan: Plan,
  attempt: AttemptPlan,
  fingerprint: string,
  { money, run, claim }: Round,
  ports: RoutePorts,
): Promise<CallAdmission> {
  if (claim?.kind === 'answered') return { kind: 'replayed', answer: claim.answer };
  if (claim?.kind === 'in_progress') {
    const message = 'the first call with this idempotency key is still running';
    return { kind: 'refused', refusal: refuse('in_progress', message, { feature: plan.feature.name }, claim.retryAtMs) };
  }
  const { refusal: ofRun, warnings } = await judgeRun(plan, attempt, run, fingerprint, ports);
  if (ofRun !== undefined && (plan.feature.mode === 'enforce' || ofRun.reason === 'paused')) return { kind: 'refused', refusal: ofRun };
  if (money.kind === 'refused') return money;
  const ofRate = await rateOf(plan, attempt, { held: money, fingerprint }, ports);
  if (ofRate.refusal !== undefined && plan.feature.mode === 'enforce') return { kind: 'refused', refusal: ofRate.refusal };
  const wouldRefuse = plan.wouldRefuse ?? ofRun ?? money.wouldRefuse ?? ofRate.refusal;
  return {
    kind: 'admitted',
    held: money,
    warnings: [...warnings, ...ofRate.warnings],
    ...(wouldRefuse === undefined ? {} : { wouldRefuse }),
  };
}

/** A second attempt of a call belongs to its first. */
const rateOf = async (plan: Plan, attempt: AttemptPlan, of: Parameters<typeof guardRate>[2], ports: RoutePorts): Promise<Guarded> =>
  attempt.attempt === 1 ? guardRate(plan, attempt, of, ports) : { warnings: [] };

async function judgeRun(
  plan: Plan,
  { bounds: { wantPico } }: AttemptPlan,
  entered: Round['run'],
  fingerprint: string,
  ports: RoutePorts,
): Promise<Guarded> {
  if (entered === undefined) return { warnings: [] };
  if (entered.kind === 'open') return { refusal: openRun(plan, entered.run), warnings: [] };
  const ofRequests = await guardRun(plan, { run: entered.run, wantPico }, fingerprint, ports);
  if (ofRequests.refusal !== undefined) return ofRequests;
  const repeats = ofRequests.warnings.includes('loop_suspected');
  const placed = { run: await placeRun(plan, entered.run, ports), wantPico };
  const { warnings, ...ofSize } = await guardSize(plan, placed, { repeats }, ports);
  return { ...ofSize, warnings: [...ofRequests.warnings, ...warnings] };
}

const openRun = (plan: Plan, run: RunState): Refusal =>
  run.reason === PAUSED_RUN ? pausedRefusal(`run:${plan.request.run ?? ''}`, endOfPause(run.openUntilMs)) : runIsOpen(plan, run);

/** The call enters its run with what it may cost at most, and with what is known since of the calls before it. */
async function enterRun(
  { request, feature, callId, admittedAtMs }: Plan,
  { bounds }: AttemptPlan,
  fingerprint: string,
  ports: RoutePorts,
): Promise<{ kind: 'entered' | 'open'; run: RunState } | undefined> {
  const { run } = request;
  if (run === undefined) return undefined;
  const untoldPico = ports.runCosts.take(feature.name, run);
  const tellAgain = (amountPico: PicoUsd) => ports.runCosts.add(feature.name, run, amountPico);
  const call = { callId, fingerprint, atMs: admittedAtMs, addPico: bounds.wantPico + untoldPico };
  try {
    const outcome = await ports.runs.enter(feature.name, run, call);
    if (outcome.kind === 'open') tellAgain(untoldPico);
    return outcome;
  } catch (error) {
    // It may have been written: told twice, only what makes the run dearer does no harm.
    tellAgain(maxPico(untoldPico, 0n));
    throw error;
  }
}

async function claimKey({ request, feature, requestId, admittedAtMs, deadlineMs }: Plan, ports: RoutePorts): Promise<Claim | undefined> {
  if (request.idempotencyKey === undefined) return undefined;
  return ports.idempotency.claim(feature.name, request.idempotencyKey, { requestId, atMs: admittedAtMs, deadlineMs });
}

/** Frees the key of a call that no model was asked for. Failing is harmless: the claim runs out with its deadline. */
export async function releaseKey({ request, feature, requestId }: Plan, ports: RoutePorts): Promise<void> {
  if (request.idempotencyKey === undefined) return;
  try {
    await ports.idempotency.release(feature.name, request.idempotencyKey, requestId);
  } catch (error) {
    ports.log('key_not_released', { requestId }, error);
  }
}

/** Gives back a hold that no call followed. If the store fails, the resolver finds the hold, and books it as assumed. */
export async function giveBackHold(held: HeldMoney, ports: RoutePorts): Promise<void> {
  try {
    await ports.money.unhold(held);
  } catch (error) {
    ports.log('hold_not_given_back', { scope: held.leaf, hold: held.hold.id }, error);
  }
}

function fulfilled<Value>(result: PromiseSettledResult<Value>): Value {
  if (result.status === 'fulfilled') return result.value;
  throw result.reason;
}
