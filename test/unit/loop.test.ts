import { describe, expect, it } from 'vitest';
import { judgeConversation } from '../../functions/core/loop/judge-conversation.ts';
import { errorOf } from '../../functions/core/loop/tool-error.ts';
import { DEFAULT_LOOP } from '../../lib/configuration/defaults.ts';
import { type Call, type Turn, toMessages, tools } from '../support/agent-corpus/agent-run.ts';
import { times } from '../support/agent-corpus/invented-text.ts';

const POLICY = { ...DEFAULT_LOOP, polling: ['check_status'] };
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const letter = (at: number) => LETTERS[at] ?? '';
const verdict = (turns: readonly Turn[]) => judgeConversation(toMessages(turns), POLICY);
const ofCalls = (calls: readonly Call[]) => verdict(calls.map((call) => tools(call)));
/** Each of these, once round after the other. */
const around = (count: number, ...calls: readonly Call[]): Call[] =>
  times(count, (at) => calls[at % calls.length]).flatMap((call) => (call ? [call] : []));

const read: Call = ['read', { path: 'a.ts' }, 'file is empty'];
const edit: Call = ['edit', { line: 3 }, 'no change'];

describe('a loop of one call', () => {
  it('is the same call with the same result: suspected the third time, certain the fourth', () => {
    expect([2, 3, 4, 5].map((count) => ofCalls(around(count, read))?.level)).toEqual([undefined, 'warn', 'trip', 'trip']);
    expect(ofCalls(around(5, read))).toMatchObject({ rule: 'identical_tool_results', tool: 'read', times: 4, window: 4 });
  });

  it('is seen through numbers, times, ids, temporary files, white space and the order of keys', () => {
    const call = (at: number): Call => [
      'run',
      at % 2 === 0 ? { a: 1, b: 2 } : { b: 2, a: 1 },
      `2026-11-2${at}T10:00:0${at}Z pid ${at * 17}:${' '.repeat(at)} 0x7f${at}ab /tmp/x${letter(at)} 6f9619ff-8b86-d011-b42d-00c04fc96${at}ff exit 1\n`,
    ];
    expect(ofCalls(times(4, call))?.level).toBe('trip');
  });

  it('is seen through the order of keys of the last call alone, and through escaped white space', () => {
    const call = (at: number): Call => ['run', at === 3 ? { b: 2, a: 1 } : { a: 1, b: 2 }, at === 2 ? 'one\\n two' : 'one two'];
    expect(ofCalls(times(4, call))?.level).toBe('trip');
  });

  it('is seen in JSON blocks, whatever their numbers', () => {
    const messages = toMessages(times(4, () => tools(read))).map(({ role, content }, at) => ({
      role,
      content: content.map((block) =>
        block.toolResult === undefined
          ? block
          : { toolResult: { ...block.toolResult, content: [{ json: { state: 'pending', tookMs: at } }] } },
      ),
    }));
    expect(judgeConversation(messages, POLICY)?.level).toBe('trip');
  });

  it('is seen through the order of keys in a JSON result', () => {
    expect(
      ofCalls(times(4, (at): Call => ['get', {}, at % 2 === 0 ? '{"state":"new","name":"x"}' : '{"name":"x","state":"new"}']))?.level,
    ).toBe('trip');
  });

  it('is not the same call with different results: that is progress', () => {
    expect(ofCalls(times(12, (at): Call => ['scroll', { by: 1 }, `page ${letter(at)}`]))).toBeUndefined();
  });

  it('is not a reading whose whole result is a number', () => {
    expect(ofCalls(times(12, (at): Call => ['thermometer', {}, `${at}.5`]))).toBeUndefined();
  });

  it('is not different calls with the same result', () => {
    expect(ofCalls(times(12, (at): Call => ['search', { query: `term ${at}` }, 'no match']))).toBeUndefined();
  });

  it('counts parallel identical calls of one turn once', () => {
    expect(verdict([tools(read, read, read, read)])).toBeUndefined();
    expect(verdict(times(3, () => tools(read, read)))).toMatchObject({ level: 'warn', times: 3 });
  });

  it('is the same set of parallel calls, in whatever order', () => {
    expect(verdict(times(4, (at) => (at % 2 === 0 ? tools(read, edit) : tools(edit, read, read))))).toMatchObject({
      level: 'trip',
      times: 4,
    });
  });

  it('is not one call that fails and succeeds in turn with the same words', () => {
    expect(ofCalls(times(4, (at): Call => (at % 2 === 0 ? ['put', {}, 'see log', 'failed'] : ['put', {}, 'see log'])))).toBeUndefined();
  });

  it('is over once the agent has gone on to something else', () => {
    expect(ofCalls([...around(4, read), ['read', { path: 'b.ts' }, 'found']])).toBeUndefined();
  });

  it('is not made by a test that fails on after other and other edits; that is only suspected after a while', () => {
    const rounds = (count: number) =>
      times(count, (at): Call[] => [
        ['edit', { text: letter(at) }, 'ok'],
        ['pytest', {}, '1 failed'],
      ]).flat();
    expect(ofCalls(rounds(6))).toBeUndefined();
    expect(ofCalls(rounds(20))).toMatchObject({ level: 'warn', rule: 'recurring_step', tool: 'pytest' });
  });

  it('is not made by a check that recurs far apart', () => {
    const steps = times(6, (i): Call[] => [['git_status', {}, 'clean'], ...times(9, (j): Call => ['edit', { i, j }, 'ok'])]).flat();
    expect(ofCalls(steps)).toBeUndefined();
    const every4th = times(41, (at): Call => (at % 4 === 0 ? ['git_status', {}, 'clean'] : ['edit', { at }, 'ok']));
    expect(ofCalls(every4th)).toBeUndefined();
  });
});

describe('a loop of several calls', () => {
  it('is two that alternate three times', () => {
    expect(ofCalls(around(4, read, edit))).toBeUndefined();
    expect(ofCalls(around(5, read, edit))?.level).toBe('warn');
    expect(ofCalls(around(6, read, edit))).toMatchObject({ level: 'trip', rule: 'repeating_steps', tool: 'edit', times: 3, window: 6 });
  });

  it.each([3, 5, 8, 12, 20, 27])('is a cycle of %i, at the latest twelve steps after it began anew', (period) => {
    const calls = times(period, (at): Call => ['step', { at }, `result ${letter(at)}`]);
    const trippedAt = times(period + 13, (count) => ofCalls(around(count, ...calls))?.level).indexOf('trip');
    expect(trippedAt).toBe(period + Math.min(12, period + 2));
  });

  it('is wandering among the same few states, in any order', () => {
    const calls = times(3, (at): Call => ['look', { at }, `room ${letter(at)}`]);
    const walk = [0, 1, 2, 1, 0, 2, 2, 0].map((at) => calls[at] ?? read);
    expect([ofCalls(walk.slice(0, 7))?.level, ofCalls(walk)?.level]).toEqual(['warn', 'trip']);
  });

  it('is not a second look at eleven things', () => {
    const calls = times(11, (at): Call => ['read', { at }, `text ${letter(at)}`]);
    expect(ofCalls(around(22, ...calls))?.level).toBe('warn');
  });
});

describe('the same error', () => {
  const failing = (at: number): Call => ['edit', { text: letter(at) }, 'syntax is not accepted', 'failed'];

  it('is a loop the sixth time, whatever was tried', () => {
    expect([3, 4, 5].map((count) => ofCalls(times(count, failing))?.level)).toEqual([undefined, 'warn', 'warn']);
    expect(ofCalls(times(6, failing))).toMatchObject({ level: 'trip', rule: 'same_error', tool: 'edit', times: 6, window: 6 });
  });

  it('is known by its words where a tool has no status, and without the argument that it repeats', () => {
    const missing = (at: number): Call => [
      'open',
      { path: `src/${letter(at)}${letter(at)}.ts` },
      `src/${letter(at)}${letter(at)}.ts: no such file or directory`,
    ];
    expect(ofCalls(times(6, missing))?.rule).toBe('same_error');
  });

  it('is counted through steps that bring nothing new, and not through those that do', () => {
    const beside = (call: (at: number) => Call) => times(14, (at) => (at % 2 === 0 ? failing(at / 2) : call(at))).slice(0, -1);
    expect(ofCalls(beside(() => read))?.rule).toBe('same_error');
    expect(ofCalls(beside((at) => ['read', { part: at }, `text ${letter(at)}`]))).toBeUndefined();
  });

  it('is none where a parallel call brings something', () => {
    expect(verdict(times(8, (at) => tools(failing(at), ['read', { part: at }, `text ${letter(at)}`])))).toBeUndefined();
  });

  it('refused three times with the very same call, then mended, stops nobody', () => {
    const refused: Call = ['edit', { text: 'x' }, 'did not apply', 'failed'];
    const mended: Call = ['edit', { text: 'y' }, 'ok'];
    const calls = [...around(3, refused), mended, ...around(3, refused)];
    const levels = calls.map((_, at) => ofCalls(calls.slice(0, at + 1))?.level);
    expect(levels).not.toContain('trip');
  });

  it('is not an error that reads differently each time', () => {
    expect(ofCalls(times(12, (at): Call => ['javac', { at }, `error: ${letter(at)} is missing`, 'failed']))).toBeUndefined();
  });

  it.each(['ok', 'no matches', 'Failed: 0, passed: 12', '{"error":null,"rows":[]}', '{"error": 0}', 'exit code 1', ''])(
    'is not "%s"',
    (result) => {
      expect(ofCalls(times(12, (at): Call => ['call', { at }, result]))).toBeUndefined();
    },
  );

  it.each([
    'Error: no',
    'ValueError: no',
    'Traceback (most recent call last)',
    'bash: x: command not found',
    '{"error":{"code":7}}',
    '{"success": false}',
    '[12:30:01] ERROR no',
    '[Errno 2] No such file or directory',
    'Permission denied',
  ])('is "%s"', (result) => {
    const pair = { call: { toolUseId: 't', name: 'call', input: {} }, result: { toolUseId: 't', content: [{ text: result }] } };
    expect(errorOf(pair)).toBeTypeOf('string');
  });
});

describe('tools that are exempt', () => {
  const poll: Call = ['check_status', {}, 'pending'];

  it('never count', () => {
    expect(ofCalls(around(30, poll))).toBeUndefined();
    expect(ofCalls(around(20, poll, ['check_status', {}, 'Error: busy', 'failed']))).toBeUndefined();
  });

  it('do not hide what is done between polls, nor does writing down thoughts', () => {
    expect(ofCalls(around(8, read, poll))?.level).toBe('trip');
    expect(ofCalls(times(8, (at): Call => (at % 2 === 0 ? ['think', { thought: letter(at) }, ''] : read)))?.level).toBe('trip');
  });
});

it('names tools and counts, and never what was said', () => {
  const { identity: _, ...shown } = ofCalls(around(4, ['read', { path: 'secret plan' }, 'secret text'])) ?? {};
  expect(JSON.stringify(shown)).not.toContain('secret');
});
