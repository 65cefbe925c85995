import { describe, expect, it } from 'vitest';
import { judgeRequests } from '../../functions/core/loop/judge-requests.ts';
import { withoutCallIds } from '../../functions/core/loop/without-call-ids.ts';
import { toMessages, tools } from '../support/agent-corpus/agent-run.ts';

const verdict = (requests: string) => judgeRequests([...requests], requests.at(-1) ?? '', 4);

describe('the requests of a run', () => {
  it.each([
    ['a', undefined],
    ['aa', undefined],
    ['aaa', 'warn'],
    ['aaaa', 'trip'],
    ['abcadaea', 'trip'],
    ['ababa', 'warn'],
    ['ababab', 'trip'],
    ['abcabcab', 'trip'],
    ['abcdeabcdeab', 'trip'],
    ['aabbaabb', 'trip'],
    ['aabbccddee', undefined],
    ['aaabbb', 'warn'],
    ['abcdefg', undefined],
    ['abababc', undefined],
  ])('%s: %s', (requests, level) => {
    expect(verdict(requests)?.level).toBe(level);
  });

  it('are counted for the own one, whatever came in beside it', () => {
    expect(judgeRequests(['a', 'a', 'a', 'a', 'b'], 'a', 4)?.level).toBe('trip');
    expect(judgeRequests(['a', 'a', 'a', 'a', 'b'], 'b', 4)).toBeUndefined();
    expect(judgeRequests([...'abababc'], 'b', 4)?.rule).toBe('repeating_requests');
  });

  it('name the rule and how often', () => {
    expect(verdict('aaaa')).toMatchObject({ rule: 'identical_requests', times: 4, window: 4 });
    expect(verdict('ababab')).toMatchObject({ rule: 'repeating_requests', times: 3, window: 6 });
  });
});

it('asks the same when only the ids of tool calls differ', () => {
  const call = tools(['read', { path: 'a.ts' }, 'nothing']);
  const messages = toMessages([call, call]);
  const renamed = JSON.parse(JSON.stringify(messages).replaceAll('"t0.0"', '"x"').replaceAll('"t1.0"', '"y"'));
  expect(withoutCallIds({ messages: renamed })).toEqual(withoutCallIds({ messages }));
  expect(withoutCallIds({ messages: toMessages([call]) })).not.toEqual(withoutCallIds({ messages }));
});
