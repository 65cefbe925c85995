import { judgeRequests } from '../../functions/core/loop/judge-requests.ts';
import { DEFAULT_LOOP } from '../../lib/configuration/defaults.ts';
import { keptOf, type RequestRun, requestCorpus } from '../../test/support/agent-corpus/request-runs.ts';
import type { Figure } from '../benchmark.ts';
import { spread } from './burned.ts';

function trippedAt(run: RequestRun): number | undefined {
  const at = run.requests.findIndex(
    (own, index) => judgeRequests(keptOf(run, index + 1), own, DEFAULT_LOOP.identicalRequests)?.level === 'trip',
  );
  return at < 0 ? undefined : at + 1;
}

/** Layer (b): what the fingerprints of an explicit run show, for agents that send no history. */
export function requestFigures(): Figure[] {
  const judged = requestCorpus(50, 900_000).map((run) => ({ run, at: trippedAt(run) }));
  const [bad, good] = [judged.filter(({ run }) => !run.good), judged.filter(({ run }) => run.good)];
  const caught = bad.flatMap(({ run, at }) => (at === undefined ? [] : [at - run.onset]));
  const falsely = good.filter(({ at }) => at !== undefined).length;
  return [
    { metric: 'requests: runs', value: judged.length, unit: 'runs' },
    {
      metric: 'requests: runaways tripped',
      value: (100 * caught.length) / bad.length,
      unit: '%',
      target: 100,
      met: caught.length === bad.length,
    },
    { metric: 'requests: healthy runs tripped', value: falsely, unit: 'runs', target: 0, met: falsely === 0 },
    ...spread('requests: calls of the loop until the trip', 'calls', caught),
  ];
}
