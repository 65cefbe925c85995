import { ulid } from 'ulid';
import { capUses } from '../../functions/core/budget.ts';
import { localDay, utcHour } from '../../functions/core/calendar.ts';
import type { Refusal } from '../../functions/core/errors.ts';
import { allGates, capsOf, leavesOf } from '../../functions/core/gate-tree.ts';
import type { Settings } from '../../functions/core/settings.ts';
import { holdMoney } from '../../functions/use-cases/hold-money.ts';
import { KnownOverrides } from '../../functions/use-cases/known-overrides.ts';
import type { HoldPorts } from '../../functions/use-cases/money-ports.ts';
import { settleMoney } from '../../functions/use-cases/settle-money.ts';
import { ledgerEntry } from './ledger-entry.ts';
import { type GateMutation, memoryGates } from './memory-gates.ts';
import { memoryLedger } from './memory-ledger.ts';
import { memoryOverrides } from './memory-overrides.ts';
import { seededRandom } from './seeded-random.ts';
import { featureSettings, settings as testSettings } from './settings.ts';
import { VirtualTime } from './virtual-time.ts';

export const HOLD = 1_000n;
const COST = 400n;
/** Half a round trip to the store. */
const STORE_MS = 3;
const NOON_MS = Date.UTC(2026, 10, 10, 12);

/** A cap, and whose calls count under it. */
const FEATURES = {
  'the day of a feature': ['a'],
  'the month of a feature': ['a'],
  'the day of a team': ['a', 'b'],
  'the month of the organization': ['a', 'b', 'c'],
  'the hour of a split feature': ['a'],
} as const;
type CapName = keyof typeof FEATURES;
export const CAP_NAMES: readonly CapName[] = [
  'the day of a feature',
  'the month of a feature',
  'the day of a team',
  'the month of the organization',
  'the hour of a split feature',
];

export type Crowd = {
  readonly callers: number;
  readonly cap: CapName;
  /** What the cap is, in whole calls. */
  readonly fits: number;
  /** Answers are shortened down to a tenth to fit; else all or nothing. */
  readonly shortens?: boolean;
  /** How long a model works. */
  readonly modelMs: number;
  /** They come one after the other within this time; all at once when it is 0. */
  readonly withinMs: number;
};

export type Crowded = {
  readonly capPico: bigint;
  /** The gates that its calls are held in. */
  readonly leaves: number;
  readonly spentPico: bigint;
  readonly answered: number;
  readonly refusals: readonly Refusal[];
  /** Each hold after which more was committed somewhere than a cap allows. */
  readonly passed: readonly string[];
  readonly writes: number;
};

function settingsOf({ cap, fits }: Crowd): Settings {
  const amount = HOLD * BigInt(fits);
  const at = <Caps extends object>(name: CapName, caps: Caps) => (cap === name ? caps : {});
  const feature = (name: string, team: string) =>
    featureSettings(name, {
      team,
      shards: cap === 'the hour of a split feature' ? 4 : 1,
      caps: {
        ...at('the day of a feature', { dailyPico: amount }),
        ...at('the month of a feature', { monthlyPico: amount }),
        ...at('the hour of a split feature', { hourlyPico: amount }),
      },
    });
  return testSettings({
    timezone: 'UTC',
    budgetWaitMs: 2_000,
    caps: { dailyPico: 10n ** 12n, ...at('the month of the organization', { monthlyPico: amount }) },
    teams: { x: { name: 'x', caps: at('the day of a team', { dailyPico: amount }) }, y: { name: 'y', caps: {} } },
    features: { a: feature('a', 'x'), b: feature('b', 'x'), c: feature('c', 'y') },
  });
}

/** Lets so many environments, each on its own, call at once over one store. The same every time. */
export async function crowd(of: Crowd, mutation?: GateMutation): Promise<Crowded> {
  const time = new VirtualTime(NOON_MS);
  const random = seededRandom(11).next;
  const settings = settingsOf(of);
  const gates = memoryGates(mutation);
  const result = { answered: 0, spentPico: 0n, writes: 0, passed: [] as string[], refusals: [] as Refusal[] };
  const notice = () => {
    for (const scope of allGates(settings))
      for (const use of capUses(gates.peek(scope), capsOf(scope, settings), {
        day: localDay(time.nowMs, 'UTC'),
        hour: utcHour(time.nowMs),
      }))
        if (use.committedPico > use.capPico) result.passed.push(`${scope}: ${use.committedPico} of ${use.capPico}`);
  };
  const distant = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          if (name !== 'read') result.writes += 1;
          await time.sleep(STORE_MS * (0.5 + random()));
          const answer: unknown = await Reflect.apply(member, target, args);
          if (name !== 'read') notice();
          await time.sleep(STORE_MS * (0.5 + random()));
          return answer;
        };
      },
    });
  const now = () => time.nowMs;
  const stores = { gates: distant(gates), ledger: distant(memoryLedger()), settings, now, random, sleep: (ms: number) => time.sleep(ms) };
  const call = async (n: number): Promise<void> => {
    await time.sleep((n * of.withinMs) / of.callers);
    const ports: HoldPorts = { ...stores, overrides: new KnownOverrides({ overrideStore: memoryOverrides(), now }) };
    const feature = FEATURES[of.cap][n % FEATURES[of.cap].length] ?? 'a';
    const admittedAtMs = now();
    const callId = ulid(admittedAtMs, random);
    const wish = { wantPico: HOLD, floorPico: of.shortens === true ? HOLD / 10n : HOLD, deadlineMs: admittedAtMs + 180_000 };
    const held = await holdMoney({ feature, callId, attempt: 1, template: 'extract', model: 'haiku', admittedAtMs, ...wish }, ports);
    if (held.kind === 'refused') return void result.refusals.push(held.refusal);
    await time.sleep(of.modelMs * (0.5 + random()));
    const { day, amountPico: holdPico } = held.hold;
    const costPico = holdPico < COST ? holdPico : COST;
    await settleMoney(
      held,
      ledgerEntry({ feature, requestId: `${feature}.extract.${callId}`, admittedAtMs, day, costPico, holdPico }),
      ports,
    );
    result.answered += 1;
    result.spentPico += costPico;
  };
  await time.run(Array.from({ length: of.callers }, (_, n) => call(n)));
  const leaves = FEATURES[of.cap].flatMap((name) => leavesOf(settings.features[name] ?? { name, shards: 1 })).length;
  return { ...result, leaves, capPico: HOLD * BigInt(of.fits) };
}
