import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { findLoop } from '../../functions/core/loop.ts';
import type { Json, Message } from '../../functions/core/wire/converse.ts';

const POLICY = { identicalPairs: 4, polling: ['check_status'] };
type Step = readonly [tool: string, input: Json, result: string];

const person = (text: string): Message => ({ role: 'user', content: [{ text }] });
/** One turn of an agent: its calls, in parallel, and their results. */
const turn = (id: number, ...steps: readonly Step[]): Message[] => [
  { role: 'assistant', content: steps.map(([name, input], i) => ({ toolUse: { toolUseId: `${id}.${i}`, name, input } })) },
  { role: 'user', content: steps.map(([, , text], i) => ({ toolResult: { toolUseId: `${id}.${i}`, content: [{ text }] } })) },
];
const turns = (steps: readonly Step[]): Message[] => [person('go'), ...steps.flatMap((step, i) => turn(i, step))];
const loopOf = (steps: readonly Step[]) => findLoop(turns(steps), POLICY);
const times = <Item>(n: number, item: (i: number) => Item): Item[] => Array.from({ length: n }, (_, i) => item(i));

describe('a loop', () => {
  it('is the same call with the same result four times, not three', () => {
    const step: Step = ['read', { path: 'a.ts' }, 'file not found'];
    expect(loopOf(times(3, () => step))).toBeUndefined();
    expect(loopOf(times(4, () => step))).toMatchObject({ tool: 'read', times: 4 });
  });

  it('is seen through other calls in between', () => {
    const steps = times(4, (): Step[] => [
      ['edit', { line: 3 }, 'no change'],
      ['test', {}, '1 failed'],
    ]).flat();
    expect(loopOf(steps)?.times).toBe(4);
  });

  it('is seen through the order of keys, white space, and numbers that differ by the run', () => {
    const steps = times(4, (i): Step => ['run', i % 2 === 0 ? { a: 1, b: 2 } : { b: 2, a: 1 }, `pid ${i * 17}:${' '.repeat(i)} exit 1\n`]);
    expect(loopOf(steps)?.times).toBe(4);
  });

  it('is not the same call with different results: that is progress', () => {
    expect(loopOf(times(12, (i): Step => ['scroll', { by: 1 }, `page ${'abcdefghijkl'[i]}`]))).toBeUndefined();
  });

  it('is not different calls with the same result', () => {
    expect(loopOf(times(12, (i): Step => ['search', { query: `term ${i}` }, 'no match']))).toBeUndefined();
  });

  it('is not a tool that is meant to be polled', () => {
    expect(loopOf(times(12, (): Step => ['check_status', {}, 'pending']))).toBeUndefined();
  });

  it('counts parallel identical calls of one turn once', () => {
    const same: Step = ['read', { path: 'a.ts' }, 'nothing'];
    expect(findLoop([person('go'), ...turn(0, same, same, same, same)], POLICY)).toBeUndefined();
    expect(findLoop([person('go'), ...times(4, (i) => turn(i, same, same)).flat()], POLICY)?.times).toBe(4);
  });

  it('starts anew when a person speaks', () => {
    const same: Step = ['read', { path: 'a.ts' }, 'nothing'];
    const conversation = [person('go'), ...times(3, (i) => turn(i, same)).flat(), person('try again'), ...turn(9, same)];
    expect(findLoop(conversation, POLICY)).toBeUndefined();
  });

  it('does not start anew because the harness adds a reminder to the results', () => {
    const same: Step = ['read', { path: 'a.ts' }, 'nothing'];
    const reminded = times(4, (i) => turn(i, same))
      .flat()
      .map((message): Message => (message.role === 'user' ? { ...message, content: [...message.content, { text: 'be brief' }] } : message));
    expect(findLoop([person('go'), ...reminded], POLICY)?.times).toBe(4);
  });

  it('is over once the agent has gone on to something else', () => {
    const same: Step = ['read', { path: 'a.ts' }, 'nothing'];
    expect(loopOf([...times(4, () => same), ['read', { path: 'b.ts' }, 'found']])).toBeUndefined();
  });

  it('is not made by a check that recurs far apart', () => {
    const steps = times(5, (i): Step[] => [
      ['git_status', {}, 'clean'],
      ...times(9, (j): Step => ['edit', { i, j }, `ok ${'xyzwvutsr'[j]}${i}`]),
    ]).flat();
    expect(loopOf(steps)).toBeUndefined();
  });
});

/** The OpenAI messages of a recorded run as Converse messages; only what the loop rule looks at. */
type Recorded = {
  role: string;
  content?: string | null;
  tool_calls?: { id: string; function: { name: string; arguments: string } }[];
  tool_call_id?: string;
};
function converse(message: Recorded): Message[] {
  if (message.role === 'user') return [person(message.content ?? '')];
  if (message.role === 'tool') {
    const toolResult = { toolUseId: message.tool_call_id ?? '', content: [{ text: message.content ?? '' }] };
    return [{ role: 'user', content: [{ toolResult }] }];
  }
  const uses = (message.tool_calls ?? []).map(({ id, function: { name, arguments: json } }) => ({
    toolUse: { toolUseId: id, name, input: json },
  }));
  return message.role === 'assistant' ? [{ role: 'assistant', content: uses.length > 0 ? uses : [{ text: message.content ?? '' }] }] : [];
}

const RUNS = resolve(import.meta.dirname, '../../../shared/data/agents/raw_chat_taubench.jsonl.gz');
describe.skipIf(!existsSync(RUNS))('real agent runs (tau-bench; skipped where the file is absent)', () => {
  it('are not stopped where they succeeded', () => {
    const lines = gunzipSync(readFileSync(RUNS)).toString().trim().split('\n');
    const runs: { reward: number; messages: Recorded[] }[] = lines.map((line) => JSON.parse(line));
    const good = runs.filter(({ reward }) => reward === 1);
    const fired = good.filter(({ messages }) =>
      messages.some((_, end) => findLoop(messages.slice(0, end + 1).flatMap(converse), POLICY) !== undefined),
    );
    expect(good.length).toBeGreaterThan(10);
    expect(fired).toHaveLength(0);
  });
});
