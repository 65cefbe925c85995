import { ulid } from 'ulid';
import { featureScope, leavesOf } from '../../functions/core/gate-tree.ts';
import { requestIdOf } from '../../functions/core/ledger.ts';
import { usdToPico } from '../../functions/core/money.ts';
import { planAttempt, planRequest } from '../../functions/core/route-plan.ts';
import { closeDay } from '../../functions/use-cases/close-day.ts';
import { holdMoney } from '../../functions/use-cases/hold-money.ts';
import { resolveStaleHolds } from '../../functions/use-cases/resolve-holds.ts';
import { routeRequest } from '../../functions/use-cases/route-request.ts';
import { tripFeature } from '../../functions/use-cases/trip-feature.ts';
import { type Answers, type CrashWorld, type Environment, LIVES } from './crash-world.ts';
import { DAYS } from './escrow-rules.ts';
import { ledgerEntry } from './ledger-entry.ts';
import type { GateMutation } from './memory-gates.ts';
import type { LedgerMutation } from './memory-ledger.ts';
import { ask, says } from './route-world.ts';
import { featureSettings, settings as testSettings } from './settings.ts';

const FEATURE = 'invoice-extractor';
const LEAF = featureScope(FEATURE);
const COOL_DOWN_MS = 5 * 60_000;
const [TODAY] = DAYS;
/** A whole answer or none: the smallest hold of a call is the largest. */
const limits = { inputTokens: 8000, outputTokens: 1024, minOutputTokens: 1024 };
const settingsWith = (caps: { dailyPico: bigint }, shards = 1) =>
  testSettings({
    timezone: 'UTC',
    caps,
    features: {
      [FEATURE]: featureSettings(FEATURE, { limits, shards }),
      sibling: featureSettings('sibling', { limits }),
    },
  });
const A_HUNDRED_USD = usdToPico(100);
const ROOMY = settingsWith({ dailyPico: A_HUNDRED_USD });
const SPLIT = settingsWith({ dailyPico: A_HUNDRED_USD }, 2);

/** What a call of `ask` holds. */
function holdPico(): bigint {
  const planned = planRequest(ask(), ROOMY, { callId: ulid(0), admittedAtMs: Date.UTC(2026, 10, 10) });
  if (planned.kind === 'refused') throw new RangeError('the call is planned');
  const attempt = planAttempt(planned.plan, ROOMY, { ...planned.plan.decision, number: 1, escalated: false });
  if (!('bounds' in attempt)) throw new RangeError('the call has a price');
  return attempt.bounds.wantPico;
}

/** One step of money's way: what an environment is doing when it dies. */
export type Step = {
  readonly step: string;
  readonly settings: ReturnType<typeof testSettings>;
  /** Only its writes before, or after, the first answer of a model. */
  readonly part?: 'before the model' | 'after the model';
  readonly model?: Answers;
  /** Nobody dies yet. */
  readonly before?: (world: CrashWorld) => Promise<unknown>;
  readonly act: (acting: Environment, world: CrashWorld) => Promise<unknown>;
  /** What it is told when it lives, also where the answer of every write was lost once. */
  readonly told?: object;
  /** At once after the death, by somebody who lives. Answers what is wrong, in words. */
  readonly meanwhile?: (living: Environment, world: CrashWorld) => Promise<string | undefined>;
  /** A rule without which the step is not safe. */
  readonly rule: { readonly gates?: GateMutation; readonly ledger?: LedgerMutation };
};

const call =
  (over: Parameters<typeof ask>[0] = {}) =>
  (environment: Environment) =>
    routeRequest(ask(over), environment.ports);
const warm = (world: CrashWorld) => call()(world.environment());
const trip = (environment: Environment) => tripFeature(FEATURE, { reason: 'loop_detected' }, environment);
/** Another caller, at once. */
export const twin: NonNullable<Step['meanwhile']> = async (living) => {
  await call()(living);
  return undefined;
};

/** The loop goes on, so that another caller trips too: the feature is open as a whole then, and has tripped once. */
async function tripAgain(living: Environment, world: CrashWorld): Promise<string | undefined> {
  await trip(living);
  const own = await world.gates.read(LEAF);
  if (own.breaker.trips !== 1) return `${own.breaker.trips} trips are counted`;
  for (const leaf of leavesOf({ name: FEATURE, shards: 2 }))
    if ((await world.gates.read(leaf)).breaker.openUntilMs === undefined) return `${leaf} lets calls through`;
  return undefined;
}

async function cooledDown(world: CrashWorld): Promise<void> {
  await warm(world);
  await trip(world.environment());
  world.clock.nowMs += COOL_DOWN_MS;
}

/** While the breaker waits for its probe nobody else is let through. */
async function notTwo(living: Environment, world: CrashWorld): Promise<string | undefined> {
  const asked = world.asked;
  const { openUntilMs } = (await world.gates.read(LEAF)).breaker;
  await call()(living);
  const probes = world.asked - PROBED_AFTER;
  return openUntilMs !== undefined && asked > PROBED_AFTER && probes > 1 ? `${probes} probes were let through` : undefined;
}
/** The call that warmed the gate up. */
const PROBED_AFTER = 1;

/** One whose environment died before the model, one that died after its entry was put. */
async function twoStaleHolds(world: CrashWorld): Promise<void> {
  const environment = world.environment();
  const admittedAtMs = world.clock.nowMs;
  for (const recorded of [false, true]) {
    const callId = ulid(admittedAtMs);
    const amounts = { wantPico: holdPico(), floorPico: holdPico(), deadlineMs: admittedAtMs + 1 };
    const held = await holdMoney(
      { feature: FEATURE, callId, attempt: 1, template: 'extract', model: 'haiku', admittedAtMs, ...amounts },
      environment,
    );
    if (held.kind === 'refused') throw new RangeError('there is money');
    const requestId = requestIdOf(FEATURE, 'extract', callId);
    if (recorded)
      await environment.ledger.record(ledgerEntry({ requestId, admittedAtMs, day: TODAY, costPico: 7n, holdPico: held.hold.amountPico }));
  }
  world.clock.nowMs += 10;
}

/** So slow that its hold is being resolved meanwhile: by somebody who dies before the gate is settled. */
const slow: Answers = async (_, world) => {
  world.clock.nowMs += 10 * 60_000;
  await resolveStaleHolds(LEAF, world.environment({ ...LIVES, at: ['read', 'claim', 'find', 'record', 'settle'].length })).catch(
    () => undefined,
  );
  return says('42');
};

const ANSWERED = { kind: 'answered' };

export const STEPS: readonly Step[] = [
  {
    step: 'admit',
    settings: ROOMY,
    part: 'before the model',
    before: warm,
    act: call({ run: 'r1', idempotencyKey: 'k1' }),
    told: ANSWERED,
    rule: { gates: 'hold counts a repeat' },
  },
  {
    step: 'replenish',
    settings: ROOMY,
    part: 'before the model',
    act: call(),
    told: ANSWERED,
    rule: { gates: 'take forgets what was seen' },
  },
  {
    step: 'take back',
    settings: settingsWith({ dailyPico: (holdPico() * 3n) / 2n }),
    part: 'before the model',
    before: (world) => call({ feature: 'sibling' })(world.environment()),
    act: call(),
    told: ANSWERED,
    rule: { gates: 'accept forgets what was seen' },
  },
  {
    step: 'give back',
    settings: ROOMY,
    before: (world) =>
      world.environment().ports.runs.trip(FEATURE, 'r1', { untilMs: world.clock.nowMs + 1, reason: 'loop', atMs: world.clock.nowMs }),
    act: call({ run: 'r1' }),
    told: { kind: 'refused', refusal: { reason: 'breaker_open' } },
    rule: { gates: 'unhold needs no hold' },
  },
  {
    step: 'escalate',
    settings: ROOMY,
    part: 'after the model',
    model: ({ model }) => says(model.name === 'haiku' ? 'nonsense' : '{}'),
    act: call({ expect: { jsonSchema: { type: 'object' } } }),
    told: { kind: 'answered', answer: { receipt: { escalated: true, attempts: 2 } } },
    rule: { ledger: 'attempts share an entry' },
  },
  {
    step: 'settle',
    settings: ROOMY,
    part: 'after the model',
    before: warm,
    act: call(),
    told: ANSWERED,
    rule: { gates: 'settle needs no hold' },
  },
  {
    step: 'settle too late',
    settings: ROOMY,
    part: 'after the model',
    model: slow,
    act: call(),
    told: ANSWERED,
    rule: { ledger: 'the loser keeps its own figure' },
  },
  {
    step: 'trip',
    settings: SPLIT,
    act: trip,
    meanwhile: tripAgain,
    rule: { gates: 'a trip counts from what is there' },
  },
  {
    step: 'probe',
    settings: ROOMY,
    before: cooledDown,
    act: call(),
    told: ANSWERED,
    meanwhile: notTwo,
    rule: { gates: 'a probe takes no lease' },
  },
  {
    step: 'resolve',
    settings: ROOMY,
    before: twoStaleHolds,
    act: (acting) => resolveStaleHolds(LEAF, acting),
    told: { settled: 1, assumed: 1 },
    rule: { gates: 'settle needs no hold' },
  },
  {
    step: 'midnight',
    settings: ROOMY,
    before: warm,
    act: (acting) => closeDay(TODAY, acting),
    rule: { gates: 'accept forgets what was seen' },
  },
];
