import { type Random, seededRandom } from '../seeded-random.ts';
import { between, pick, times, word } from './invented-text.ts';

/** The fingerprints of one explicit run, in the order of its requests: all that is known of an agent that sends no history. */
export type RequestRun = { readonly name: string; readonly good: boolean; readonly requests: readonly string[]; readonly onset: number };

/** The run item keeps as many. */
const KEPT = 64;
const LONG = 60;
const around = (steps: readonly string[]): string[] => times(LONG, (at) => steps[at % steps.length] ?? '');
const cycle = (random: Random, period: number): string[] => around(times(period, () => word(random)));
/** Each request as often as a client with retries sends it. */
const retried = (random: Random, requests: readonly string[], most: number): string[] =>
  requests.flatMap((request) => times(between(random, 1, most), () => request));

const SPINS: Readonly<Record<string, (random: Random) => readonly string[]>> = {
  'retry storm, parallel twins': (random) => cycle(random, 1),
  alternation: (random) => cycle(random, 2),
  'cycle of 3 to 12': (random) => cycle(random, between(random, 3, 12)),
  'cycle, each request sent twice': (random) => cycle(random, between(random, 2, 5)).flatMap((request) => [request, request]),
  'two loops in one run': (random) => {
    const [a, b] = [cycle(random, between(random, 1, 3)), cycle(random, between(random, 1, 3))];
    return times(LONG, (at) => (random.chance(0.5) ? a : b)[at] ?? '');
  },
};

const GOOD: Readonly<Record<string, (random: Random) => readonly string[]>> = {
  'every request new': (random) => times(between(random, 10, 200), () => word(random)),
  'retried up to twice': (random) =>
    retried(
      random,
      times(between(random, 5, 40), () => word(random)),
      3,
    ),
  'asked again now and then': (random) => {
    const questions = times(20, () => word(random));
    return times(between(random, 20, 60), (at) => (at % 10 === 9 ? (questions[at % 20] ?? '') : word(random)));
  },
  'a canary, each time a run of its own': (random) => [pick(random, ['ping', 'hello'])],
};

export function requestCorpus(perKind: number, seed: number): RequestRun[] {
  const kinds = [...Object.entries(SPINS), ...Object.entries(GOOD)];
  return kinds.flatMap(([name, story], kind) =>
    times(perKind, (number) => {
      const random = seededRandom((seed + kind) * 10_007 + number);
      const good = Object.hasOwn(GOOD, name);
      const before = good || random.chance(0.5) ? [] : times(between(random, 1, 15), () => word(random));
      return { name, good, requests: [...before, ...story(random)], onset: before.length };
    }),
  );
}

/** What the run item shows to the request number `count`. */
export const keptOf = ({ requests }: RequestRun, count: number): readonly string[] => requests.slice(Math.max(0, count - KEPT), count);
