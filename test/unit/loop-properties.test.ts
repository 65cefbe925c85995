import fc from 'fast-check';
import { expect, it } from 'vitest';
import { judgeConversation } from '../../functions/core/loop/judge-conversation.ts';
import { masked } from '../../functions/core/loop/masked.ts';
import { findRepetition } from '../../functions/core/loop/repetition.ts';
import { sameJson } from '../../functions/core/same-json.ts';
import { DEFAULT_LOOP } from '../../lib/configuration/defaults.ts';
import { type Turn, text, toMessages, tools } from '../support/agent-corpus/agent-run.ts';

const POLICY = { ...DEFAULT_LOOP, polling: ['poll'] };
const verdict = (turns: readonly Turn[]) => judgeConversation(toMessages(turns), POLICY);
const level = (turns: readonly Turn[]) => verdict(turns)?.level;

/** Few names and results, so that repetition is frequent. */
const call = fc
  .tuple(fc.constantFrom('read', 'edit'), fc.constantFrom('a', 'b'), fc.constantFrom('some text', 'other text', 'Error: failed'))
  .map(([tool, path, result]) => [tool, { path }, result] as const);
const toolTurn = fc.array(call, { minLength: 1, maxLength: 2 }).map((calls) => tools(...calls));
const toolTurns = fc.array(toolTurn, { maxLength: 25 });

it('depends on nothing but the tail since a person last spoke', () => {
  const said = text('What now?', 'something that nobody has said before');
  fc.assert(
    fc.property(toolTurns, toolTurns, (before, tail) => {
      expect(verdict([...before, said, ...tail])).toEqual(verdict([said, ...tail]));
    }),
  );
});

it('finds nothing in a step that is new in call and result, whatever came before', () => {
  fc.assert(
    fc.property(toolTurns, fc.constantFrom('read', 'write'), (before, tool) => {
      expect(verdict([...before, tools([tool, { path: 'never seen' }, 'never seen either'])])).toBeUndefined();
    }),
  );
});

it('never counts a tool that is exempt, neither against the agent nor for it', () => {
  const polled = tools(['poll', {}, 'pending']);
  fc.assert(
    fc.property(toolTurns, fc.nat(30), (turns, at) => {
      expect(verdict([...turns.slice(0, at), polled, ...turns.slice(at)])).toEqual(verdict(turns));
    }),
  );
});

it('stays tripped while the steps of the loop go on', () => {
  const one = fc.constantFrom('a', 'b', 'c').map((path) => tools(['read', { path }, `text of ${path}`]));
  fc.assert(
    fc.property(fc.array(one, { minLength: 8, maxLength: 20 }), one, (loop, next) => {
      fc.pre(level(loop) === 'trip' && loop.slice(-4).some((turn) => JSON.stringify(turn) === JSON.stringify(next)));
      expect(level([...loop, next])).toBe('trip');
    }),
  );
});

it('is as strict as its threshold: a higher one never finds more', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 30 }), fc.integer({ min: 2, max: 6 }), (steps, times) => {
      if (findRepetition(steps, times + 1) !== undefined) expect(findRepetition(steps, times)).toBeDefined();
    }),
  );
});

it('masks what is masked already as it is', () => {
  const stable = (string: string) => masked(masked(string)) === masked(string);
  const pieces = fc.constantFrom(
    '0x1f',
    '6f9619ff-8b86-d011-b42d-00c04fc964ff',
    '/tmp/a.b',
    '12:30',
    '7',
    'abc',
    'f',
    '-',
    ' ',
    '\n',
    '\\n',
    '"',
    '#',
  );
  fc.assert(
    fc.property(
      fc.array(pieces).map((parts) => parts.join('')),
      stable,
    ),
  );
  fc.assert(fc.property(fc.string({ maxLength: 60 }), stable));
});

it('takes JSON for equal when only the order of keys differs', () => {
  const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)));
  const turned = (_: string, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).toReversed()) : value;
  fc.assert(fc.property(json, (value) => sameJson(value, JSON.parse(JSON.stringify(value, turned)))));
  fc.assert(fc.property(json, json, (a, b) => sameJson({ a, b: 1 }, { a: b, b: 1 }) === sameJson(a, b)));
  expect([sameJson({ a: 1 }, { b: 1 }), sameJson([1], { 0: 1 }), sameJson([1, 2], [2, 1]), sameJson(null, {})]).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
