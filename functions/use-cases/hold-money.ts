import { allowanceOf, budgetRefusal, capUses, contendedRefusal, inFlight, leftOf, roomFor, tightest } from '../core/budget.ts';
import { renewing } from '../core/budget-renewal.ts';
import { localDay, utcHour } from '../core/calendar.ts';
import type { Refusal } from '../core/errors.ts';
import type { Gate, Hold, Scope } from '../core/gate.ts';
import { pauseInGate, stopRefusal } from '../core/gate-pause.ts';
import { capsOf, leafFor } from '../core/gate-tree.ts';
import { decideHold, type HoldDecision, type HoldWish } from '../core/hold-decision.ts';
import { minPico, type PicoUsd } from '../core/money.ts';
import { recentPico } from '../core/runaway/spend-window.ts';
import { ulidTimeMs } from '../core/ulid-time.ts';
import type { Known } from './known-overrides.ts';
import type { HoldPorts, MoneyPorts } from './money-ports.ts';
import { underRaises } from './raised-ports.ts';
import { replenish, type Supply } from './replenish.ts';
import { recallSpent, rememberSpent } from './spent-budgets.ts';

export type HoldRequest = {
  readonly feature: string;
  /** A ulid made from `admittedAtMs`. A refused caller that comes again takes a new one. */
  readonly callId: string;
  readonly attempt: number;
  /** Worst-case cost of the call as asked for, and of the shortest one that is worth making. */
  readonly wantPico: PicoUsd;
  readonly floorPico: PicoUsd;
  readonly template: string;
  readonly model: string;
  readonly run?: string;
  readonly admittedAtMs: number;
  readonly deadlineMs: number;
};

export type HeldMoney = {
  readonly kind: 'held';
  readonly leaf: Scope;
  /** `hold.amountPico` may be less than was wanted: clamp the output to it. */
  readonly hold: Hold;
  /** True when this call probes an open breaker: its outcome must reach `settleProbe`. */
  readonly probe: boolean;
  /** Observe mode: what enforce mode would have said. */
  readonly wouldRefuse?: Refusal;
  /** What the feature spends, as its leaf stood after this hold; unknown where an earlier hold was found. */
  readonly spending?: Spending;
  /** Left with this hold, as far as it was seen without reading for it: under the leaf's own caps, and above when money had to be moved down. */
  readonly remaining: readonly { readonly scope: Scope; readonly remainingPico: PicoUsd }[];
};

/** Of a split feature, as if each leaf spent alike. */
export type Spending = { readonly windowPico: PicoUsd; readonly dayPico: PicoUsd };

export type HoldOutcome = HeldMoney | { readonly kind: 'refused'; readonly refusal: Refusal };

type Attempt = { readonly leaf: Scope; readonly wish: HoldWish; readonly request: HoldRequest };

/** `known`: the overrides that a refusal was judged by. */
type Judged = HeldMoney | { readonly kind: 'refused'; readonly refusal: Refusal; readonly known?: Known | undefined };

/** A waiting call looks again after about the time that a typical call takes. */
const WAIT_BASE_MS = 500;
/** Lost races: tried again after a moment that doubles, 5 to 160 ms, so that the winners get through. */
const RACES = 8;
const RACE_BASE_MS = 5;
const RACE_DOUBLINGS = 5;
/** So much longer than for money it goes on where nothing but lost races is in the way: each was won by somebody, so they come to an end. */
const RACING_MS = 8_000;

/**
 * Holds a call's worst-case cost in its feature's leaf, durably, before the model is called: one write when the money is there. Otherwise reads
 * the leaf, decides, moves money down, takes less (never under the floor), waits up to `budgetWaitMs` for calls in flight, or refuses. A cap that an
 * operator has raised counts as raised once that is known: the first write never waits to know, and nobody is refused without.
 */
export async function holdMoney(request: HoldRequest, ports: HoldPorts): Promise<HoldOutcome> {
  const attempt = attemptOf(request, ports);
  const { leaf, wish } = attempt;
  const need = { leaf, period: wish.hour ?? wish.day, floorPico: wish.floorPico };
  const spent = recallSpent(ports.overrides.recent(), need);
  const judged: Judged = spent === undefined ? await enforce(attempt, ports) : { kind: 'refused', refusal: spent };
  if (judged.kind === 'held') return judged;
  const refusal = renewing(judged.refusal, attempt.wish.day, ports.settings.timezone, ports.now());
  if (judged.known !== undefined) rememberSpent(judged.known, need, refusal);
  // A pause is a person's order and no rule to be tried out: it stops in observe mode too.
  const stops = modeOf(request.feature, ports) === 'enforce' || refusal.reason === 'paused';
  return stops ? { kind: 'refused', refusal } : observe(attempt, refusal, ports);
}

const modeOf = (feature: string, { settings }: MoneyPorts) => settings.features[feature]?.mode ?? 'observe';

function attemptOf(request: HoldRequest, ports: MoneyPorts): Attempt {
  const { settings, random } = ports;
  const mode = modeOf(request.feature, ports);
  const { admittedAtMs } = request;
  if (request.floorPico > request.wantPico || request.floorPico < 0n) throw new RangeError('a hold needs 0 <= floor <= want');
  if (utcHour(ulidTimeMs(request.callId)) !== utcHour(admittedAtMs)) throw new RangeError('the call id must be made at admission');
  const leaf = leafFor(request.feature, settings, random());
  const { hourlyPico } = capsOf(leaf, settings);
  const wish: HoldWish = {
    holdId: `${request.callId}#${request.attempt}`,
    template: request.template,
    wantPico: request.wantPico,
    // Observe mode does not shorten answers either.
    floorPico: mode === 'enforce' ? request.floorPico : request.wantPico,
    admittedAtMs,
    day: localDay(admittedAtMs, settings.timezone),
    ...(hourlyPico === undefined ? {} : { hour: utcHour(admittedAtMs) }),
  };
  return { leaf, wish, request };
}

function holdOf({ wish, request }: Attempt, amountPico: PicoUsd): Hold {
  return {
    id: wish.holdId,
    amountPico,
    day: wish.day,
    ...(wish.hour === undefined ? {} : { hour: wish.hour }),
    admittedAtMs: wish.admittedAtMs,
    deadlineMs: request.deadlineMs,
    template: request.template,
    model: request.model,
    ...(request.run === undefined ? {} : { run: request.run }),
    claimed: false,
  };
}

async function enforce(attempt: Attempt, ports: HoldPorts): Promise<Judged> {
  const { leaf, wish } = attempt;
  const waits = modeOf(attempt.request.feature, ports) === 'enforce';
  const [giveUpAtMs, patienceMs] = waits ? [ports.now() + ports.settings.budgetWaitMs, RACING_MS] : [ports.now(), 0];
  let known = ports.overrides.recent();
  let raised = underRaises(ports, known);
  let seen: readonly Gate[] = [];
  let next: HoldDecision = { kind: 'hold', amountPico: wish.wantPico };
  for (let races = 0; ; ) {
    if (next.kind === 'adopt') return { kind: 'held', leaf, hold: next.hold, probe: next.probe, remaining: [] };
    if (next.kind === 'refuse') return { kind: 'refused', refusal: next.refusal, known };
    if (next.kind === 'hold') {
      const held = await tryHold(attempt, next, seen, raised);
      if (held !== undefined) return held;
      races += 1;
    }
    if (next.kind === 'wait' || races > RACES) {
      const pauseMs = Math.round(WAIT_BASE_MS * (0.5 + ports.random()));
      if (ports.now() + pauseMs > (next.kind === 'wait' ? giveUpAtMs : giveUpAtMs + patienceMs))
        return { kind: 'refused', refusal: next.kind === 'wait' ? next.refusal : contendedRefusal(leaf, ports.now()) };
      await ports.sleep(pauseMs);
      races = 0;
    }
    if (races > 1) await ports.sleep(Math.round(RACE_BASE_MS * 2 ** Math.min(races, RACE_DOUBLINGS) * ports.random()));
    known = await ports.overrides.current();
    raised = underRaises(ports, known);
    const gate = await ports.gates.read(leaf);
    next = decideHold(gate, capsOf(leaf, raised.settings), wish, ports.now());
    if (next.kind !== 'replenish') continue;
    const supply = await replenish(gate, { day: wish.day, least: wish.floorPico, most: next.amountPico }, raised);
    seen = supply.seen;
    next = afterReplenish(supply, next.amountPico, attempt, raised);
    races += 1;
  }
}

/** The hold's write; the probe's when a breaker has cooled down. Undefined when its condition did not hold. */
async function tryHold(
  attempt: Attempt,
  { amountPico, probeFrom }: { amountPico: PicoUsd; probeFrom?: number },
  seen: readonly Gate[],
  ports: MoneyPorts,
): Promise<HeldMoney | undefined> {
  const { leaf, wish } = attempt;
  const hold = holdOf(attempt, amountPico);
  const room = roomFor(capsOf(leaf, ports.settings), amountPico);
  // The probe's lease ends with its own deadline: until then exactly one call is let through.
  const write =
    probeFrom === undefined
      ? await ports.gates.hold(leaf, hold, room, { debtAllowed: false })
      : await ports.gates.probe(leaf, hold, room, { seenOpenUntilMs: probeFrom, untilMs: hold.deadlineMs });
  if (write.kind === 'refused') return undefined;
  // The gates above were seen before they granted: this call's money had not left them yet.
  const above = remainingOf(seen, wish, ports).map(({ scope, remainingPico }) => ({ scope, remainingPico: remainingPico - amountPico }));
  const remaining = [...remainingOf([write.gate], wish, ports), ...above];
  return { kind: 'held', leaf, hold, probe: probeFrom !== undefined, spending: spendingOf(write.gate, attempt, ports), remaining };
}

function afterReplenish(supply: Supply, amountPico: PicoUsd, { leaf, wish }: Attempt, ports: MoneyPorts): HoldDecision {
  const { gate, shortage } = supply;
  const available = minPico(amountPico, allowanceOf(gate, wish.day));
  const fresh = decideHold(
    gate,
    capsOf(leaf, ports.settings),
    { ...wish, wantPico: available < wish.floorPico ? wish.floorPico : available },
    ports.now(),
  );
  if (fresh.kind !== 'replenish' || shortage === undefined || supply.contended) return fresh;
  const heldPico = supply.heldPico + inFlight(gate, wish.day);
  const comesBack = leftOf(shortage) + heldPico >= wish.floorPico && shortage.capPico >= wish.floorPico && heldPico > 0n;
  const refusal = budgetRefusal(shortage, wish.floorPico, comesBack, comesBack ? ports.now() + 1000 : undefined);
  return { kind: comesBack ? 'wait' : 'refuse', refusal };
}

function spendingOf(gate: Gate, { wish, request }: Attempt, { settings }: MoneyPorts): Spending {
  const leaves = BigInt(settings.features[request.feature]?.shards ?? 1);
  const windowPico = recentPico(gate, wish.admittedAtMs) * leaves;
  return { windowPico, dayPico: (gate.committedByDay[wish.day] ?? 0n) * leaves };
}

function remainingOf(gates: readonly Gate[], wish: HoldWish, { settings }: MoneyPorts) {
  return gates.flatMap((gate) => {
    const use = tightest(capUses(gate, capsOf(gate.scope, settings), wish));
    return use === undefined ? [] : [{ scope: gate.scope, remainingPico: leftOf(use) }];
  });
}

/** Observe mode admits everything: the leaf's allowance may go below zero, and the next replenish pays that first. */
async function observe(attempt: Attempt, wouldRefuse: Refusal, ports: MoneyPorts): Promise<HoldOutcome> {
  const { leaf, wish } = attempt;
  const hold = holdOf(attempt, wish.wantPico);
  const write = await ports.gates.hold(leaf, hold, {}, { debtAllowed: true });
  if (write.kind === 'changed')
    return {
      ...{ kind: 'held', leaf, hold, probe: false, wouldRefuse },
      spending: spendingOf(write.gate, attempt, ports),
      remaining: remainingOf([write.gate], wish, ports),
    };
  const gate = await ports.gates.read(leaf);
  const own = gate.holds.find((known) => known.id === hold.id && !known.claimed);
  const paused = pauseInGate(gate, wish.template, wish.admittedAtMs);
  return own === undefined
    ? { kind: 'refused', refusal: paused === undefined ? wouldRefuse : stopRefusal(paused) }
    : { kind: 'held', leaf, hold: own, probe: false, wouldRefuse, remaining: [] };
}

/** Gives the hold back when the call is refused elsewhere. Only after the hold's own answer is known; repeating it changes nothing. */
export async function unholdMoney(held: HeldMoney, ports: Pick<MoneyPorts, 'gates'>): Promise<void> {
  await ports.gates.unhold(held.leaf, held.hold);
}
