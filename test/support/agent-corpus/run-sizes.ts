import { usdToPico } from '../../../functions/core/money.ts';
import { judgeRun, type RunFacts, type RunVerdict } from '../../../functions/core/runaway/judge-run.ts';
import { EMPTY_PROFILE, type RunSize, type SpendProfile, withHour } from '../../../functions/core/runaway/spend-profile.ts';
import { type Random, seededRandom } from '../seeded-random.ts';
import { between, times } from './invented-text.ts';

/** One call of a run, or of a tree of runs: what it holds, what it costs, and where its run stands. */
type SizedCall = { readonly heldUsd: number; readonly costUsd: number; readonly run: number; readonly depth?: number };
export type SizedRun = {
  readonly name: string;
  readonly good: boolean;
  readonly profile: SpendProfile | undefined;
  readonly calls: readonly SizedCall[];
};

/** USD per token at Sonnet prices: input, its dearest meter, and the cache's. */
const [INPUT, WRITE, READ, OUTPUT] = [3e-6, 3.75e-6, 0.3e-6, 15e-6];
const OUTPUT_HELD = 2_048;

/** A call with so much context; `cached`: all but what is new was read before. */
function sized(contextTokens: number, freshTokens: number, cached: boolean): Omit<SizedCall, 'run'> {
  const input = cached ? (contextTokens - freshTokens) * READ + freshTokens * WRITE : contextTokens * INPUT;
  return { heldUsd: contextTokens * WRITE + OUTPUT_HELD * OUTPUT, costUsd: input + 300 * OUTPUT };
}

/** A session whose context grows with each call. */
const session = (calls: number, perCall: number, cached: boolean): SizedCall[] =>
  times(calls, (at) => ({ ...sized(8_000 + at * perCall, perCall, cached), run: 0 }));

type Story = (random: Random) => readonly SizedCall[];
const GOOD: Readonly<Record<string, Story>> = {
  'an ordinary coding session: some 31 calls, 2M prompt tokens': (random) =>
    session(between(random, 20, 45), between(random, 2_000, 4_500), true),
  'the same, nothing cached': (random) => session(between(random, 20, 45), between(random, 2_000, 4_500), false),
  'a long session': (random) => session(between(random, 60, 95), between(random, 500, 1_200), true),
  'a few questions': (random) => session(between(random, 1, 6), 500, true),
  'parallel subagents': (random) =>
    times(between(random, 5, 45), (at) => ({ ...sized(12_000, 12_000, false), run: at, ...(at === 0 ? {} : { depth: 1 }) })),
};
const RUNAWAYS: Readonly<Record<string, Story>> = {
  '400 recursive calls': () => times(400, (at) => ({ ...sized(6_000, 6_000, false), run: at, ...(at === 0 ? {} : { depth: at }) })),
  'fan-out without end': (random) => times(1_000, (at) => ({ ...sized(between(random, 4_000, 20_000), 4_000, false), run: at, depth: 1 })),
  'context that grows for ever': (random) => session(2_000, between(random, 1_500, 4_000), true),
  'ever new questions in one run': (random) => times(5_000, () => ({ ...sized(between(random, 2_000, 20_000), 2_000, false), run: 0 })),
};

/** A week of healthy sessions is its feature's history. */
function habit(random: Random): SpendProfile {
  const stories = Object.values(GOOD);
  const runs = times(400, (at): [string, RunSize] => {
    const calls = stories[at % stories.length]?.(random) ?? [];
    const own = calls.filter(({ run }) => run === 0);
    const heldPico = usdToPico(own.reduce((sum, { heldUsd }) => sum + heldUsd, 0).toFixed(6));
    return [`r${at}`, { calls: own.length, heldPico }];
  });
  return withHour(EMPTY_PROFILE, { hour: '2026-11-10T10', costPico: 1n, allPico: 1n, runs: new Map(runs) });
}

export function sizedRuns(perKind: number, seed: number): SizedRun[] {
  const learned = habit(seededRandom(seed));
  const kinds = [...Object.entries(GOOD), ...Object.entries(RUNAWAYS)];
  return kinds.flatMap(([name, story], kind) =>
    times(perKind, (number) => {
      const calls = story(seededRandom((seed + kind) * 10_007 + number));
      return { name, good: Object.hasOwn(GOOD, name), profile: number % 2 === 0 ? learned : undefined, calls };
    }),
  );
}

export type PlayedRun = {
  readonly run: SizedRun;
  readonly trip?: RunVerdict;
  readonly warned: boolean;
  readonly calls: number;
  readonly burnedUsd: number;
};

/** Plays the calls until one is refused. Each sees what those before it cost, and its own hold. */
export function playRun(run: SizedRun): PlayedRun {
  const known = new Map<number, { calls: number; spentUsd: number }>();
  let [burnedUsd, warned] = [0, false];
  for (const [at, { run: own, heldUsd, costUsd, depth }] of run.calls.entries()) {
    const before = known.get(own) ?? { calls: 0, spentUsd: 0 };
    const facts: RunFacts = {
      calls: before.calls + 1,
      spentPico: usdToPico((before.spentUsd + heldUsd).toFixed(6)),
      ...(depth === undefined ? {} : { depth, order: own }),
    };
    const verdict = judgeRun(facts, {}, run.profile);
    warned ||= verdict !== undefined;
    if (verdict?.level === 'trip') return { run, trip: verdict, warned, calls: at + 1, burnedUsd };
    burnedUsd += costUsd;
    known.set(own, { calls: before.calls + 1, spentUsd: before.spentUsd + costUsd });
  }
  return { run, warned, calls: run.calls.length, burnedUsd };
}
