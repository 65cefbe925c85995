import { agentCorpus, beyondRepetition } from '../../test/support/agent-corpus/corpus.ts';
import { OTHERS, spillway } from '../../test/support/agent-corpus/detectors.ts';
import { type Judged, judge, scoreOf } from '../../test/support/agent-corpus/score.ts';
import type { Figure } from '../benchmark.ts';
import { burnedUsd, HAIKU, SONNET, spread } from './burned.ts';

/** Not the seed that the thresholds were chosen with. */
const HELD_OUT = 900_000;
const PER_KIND = 50;

const isTripped = ({ trippedAt }: Judged): boolean => trippedAt !== undefined;
const percent = (part: number, whole: number): number => Number(((100 * part) / whole).toPrecision(4));

function caughtAndFalse(name: string, judged: readonly Judged[]): Figure[] {
  const [bad, good] = [judged.filter(({ run }) => !run.good), judged.filter(({ run }) => run.good)];
  const [caught, falsely] = [percent(bad.filter(isTripped).length, bad.length), good.filter(isTripped).length];
  const own = name === 'conversation';
  return [
    { metric: `${name}: runaways tripped`, value: caught, unit: '%', ...(own ? { target: 100, met: caught === 100 } : {}) },
    { metric: `${name}: healthy runs tripped`, value: falsely, unit: 'runs', ...(own ? { target: 0, met: falsely === 0 } : {}) },
  ];
}

/** Layer (a): what the conversation in the request shows by itself, against other tools' rules on the same runs. */
export function conversationFigures(): Figure[] {
  const runs = agentCorpus(PER_KIND, HELD_OUT);
  const judged = judge(runs, spillway());
  const [bad, good] = [judged.filter(({ run }) => !run.good), judged.filter(({ run }) => run.good)];
  const warned = good.filter(({ warnedAt }) => warnedAt !== undefined).length;
  const beyond = judge(beyondRepetition(PER_KIND, HELD_OUT), spillway());
  const usd = (prices: typeof HAIKU, cached: boolean) => bad.map((each) => burnedUsd(each, prices, cached));
  return [
    { metric: 'conversation: runs', value: runs.length, unit: 'runs' },
    ...caughtAndFalse('conversation', judged),
    { metric: 'conversation: healthy runs warned', value: percent(warned, good.length), unit: '%' },
    ...spread(
      'conversation: calls of the loop until the trip',
      'calls',
      bad.map(({ run, trippedAt = run.turns.length }) => trippedAt - run.onset),
    ),
    ...spread('conversation: burned, Haiku, prompts cached', 'USD', usd(HAIKU, true), 1),
    ...spread('conversation: burned, Sonnet, prompts cached', 'USD', usd(SONNET, true), 1),
    ...spread('conversation: burned, Haiku, nothing cached', 'USD', usd(HAIKU, false)),
    ...spread('conversation: burned, Sonnet, nothing cached', 'USD', usd(SONNET, false)),
    { metric: 'conversation: runaways of new steps tripped', value: percent(beyond.filter(isTripped).length, beyond.length), unit: '%' },
    ...scoreOf(bad).map(({ name, stepsToTrip }) => ({ metric: `${name}: calls until the trip, p50`, value: stepsToTrip, unit: 'calls' })),
    ...Object.entries(OTHERS).flatMap(([name, detector]) => caughtAndFalse(name, judge(runs, detector))),
  ];
}
