import { describe, expect, it } from 'vitest';
import { agentCorpus } from '../support/agent-corpus/corpus.ts';
import { spillway } from '../support/agent-corpus/detectors.ts';
import { judge, scoreOf } from '../support/agent-corpus/score.ts';

const PER_KIND = 200;

/** The thresholds were chosen on the first half; the second was not looked at for that. */
describe.each([
  ['the half that the thresholds were chosen on', 1],
  ['the half that was held out', 900_000],
])('of 9,400 invented runs, %s', (_, seed) => {
  const scores = scoreOf(judge(agentCorpus(PER_KIND, seed), spillway()));

  it('has every runaway stopped, but for a few in whose cycle something new keeps coming up', () => {
    const missed = scores.filter(({ good, tripped, runs }) => !good && tripped < runs);
    expect(missed.filter(({ name }) => name !== 'cycle with a new step now and then')).toEqual([]);
    expect(missed.filter(({ tripped, runs }) => tripped < 0.95 * runs)).toEqual([]);
  });

  it('has no healthy run stopped', () => {
    expect(scores.filter(({ good, tripped }) => good && tripped > 0)).toEqual([]);
  });
});
