import { describe, expect, it } from 'vitest';
import { judgeConversation } from '../../functions/core/loop/judge-conversation.ts';
import { judgeRequests } from '../../functions/core/loop/judge-requests.ts';
import { DEFAULT_LOOP } from '../../lib/configuration/defaults.ts';
import { toMessages } from '../support/agent-corpus/agent-run.ts';
import { agentCorpus, beyondRepetition } from '../support/agent-corpus/corpus.ts';
import { spillway } from '../support/agent-corpus/detectors.ts';
import { keptOf, requestCorpus } from '../support/agent-corpus/request-runs.ts';
import { judge } from '../support/agent-corpus/score.ts';
import { THROUGH } from '../support/agent-corpus/wire-forms.ts';

const SEED = 70_000;
const tripped = (runs: ReturnType<typeof agentCorpus>) => judge(runs, spillway()).filter(({ trippedAt }) => trippedAt !== undefined);

describe('agent runs that were invented', () => {
  const runs = agentCorpus(4, SEED);
  const [good, bad] = [runs.filter((run) => run.good), runs.filter((run) => !run.good)];

  it('are stopped when they spin, every kind of them, within the steps of a long cycle', () => {
    const stopped = tripped(bad);
    expect(stopped).toHaveLength(bad.length);
    expect(Math.max(...stopped.map(({ run, trippedAt = 0 }) => trippedAt - run.onset))).toBeLessThanOrEqual(30);
  });

  it('are not stopped before they spin', () => {
    expect(tripped(bad).filter(({ run, trippedAt = 0 }) => trippedAt <= run.onset)).toEqual([]);
  });

  it('go on when they work', () => {
    expect(tripped(good).map(({ run }) => run.name)).toEqual([]);
  });

  it('go on when every step is new: money and rate have to bound those', () => {
    expect(tripped(beyondRepetition(4, SEED))).toEqual([]);
  });
});

describe('a conversation', () => {
  // An OpenAI message does not say that a call failed, and these errors are no words that do.
  const byStatusAlone = ['mutating arguments, same error', 'failing edit and rereading'];
  const runs = agentCorpus(1, SEED).filter(({ name, turns }) => turns.length <= 60 && !byStatusAlone.includes(name));

  it.each(Object.entries(THROUGH))('is judged alike through %s', (_, through) => {
    const levels = runs.map(({ turns, polling }) => judgeConversation(through(toMessages(turns)), { ...DEFAULT_LOOP, polling })?.level);
    expect(levels.filter((level) => level === 'trip').length).toBeGreaterThan(15);
    expect(levels).toEqual(runs.map(({ turns, polling }) => judgeConversation(toMessages(turns), { ...DEFAULT_LOOP, polling })?.level));
  });
});

describe('runs without history', () => {
  const trips = requestCorpus(10, SEED).map((run) => {
    const levels = run.requests.map((own, at) => judgeRequests(keptOf(run, at + 1), own, DEFAULT_LOOP.identicalRequests)?.level);
    return { ...run, trippedAt: levels.indexOf('trip') + 1 };
  });

  it('are stopped when their requests go round, not before', () => {
    const bad = trips.filter(({ good }) => !good);
    expect(bad.filter(({ trippedAt, onset }) => trippedAt <= onset || trippedAt - onset > 26)).toEqual([]);
  });

  it('go on when they ask new things, or the same up to three times', () => {
    expect(trips.filter(({ good, trippedAt }) => good && trippedAt > 0)).toEqual([]);
  });
});
