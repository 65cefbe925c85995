import { type Random, seededRandom } from '../seeded-random.ts';
import type { AgentRun, Turn } from './agent-run.ts';
import { CODING, working } from './benign-coding.ts';
import { POLLED, SERVICE } from './benign-service.ts';
import { between } from './invented-text.ts';
import { BEYOND_REPETITION, RUNAWAYS } from './runaway-runs.ts';

type Story = (random: Random) => readonly Turn[];

/** `perKind` runs of every kind, the same for the same seed. Half of the runaways work for a while before they spin. */
export function agentCorpus(perKind: number, seed: number): AgentRun[] {
  const good = Object.entries({ ...CODING, ...SERVICE });
  return [
    ...good.flatMap(([name, story], kind) => runsOf(name, story, perKind, seed + kind, true)),
    ...Object.entries(RUNAWAYS).flatMap(([name, story], kind) => runsOf(name, story, perKind, seed + 100 + kind, false)),
  ];
}

/** Runaways whose every step is new. */
export const beyondRepetition = (perKind: number, seed: number): AgentRun[] =>
  Object.entries(BEYOND_REPETITION).flatMap(([name, story], kind) => runsOf(name, story, perKind, seed + 200 + kind, false));

function runsOf(name: string, story: Story, count: number, seed: number, good: boolean): AgentRun[] {
  return Array.from({ length: count }, (_, number) => {
    const random = seededRandom(seed * 10_007 + number);
    const before = good || random.chance(0.5) ? [] : working(random, between(random, 1, 15));
    return {
      name,
      good,
      turns: [...before, ...story(random)],
      onset: before.length,
      polling: [POLLED],
      contextTokens: Math.round(4_000 * 2 ** (4 * random.next())),
      turnTokens: between(random, 150, 900),
    };
  });
}
