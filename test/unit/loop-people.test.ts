import { describe, expect, it } from 'vitest';
import { judgeConversation } from '../../functions/core/loop/judge-conversation.ts';
import type { Message } from '../../functions/core/wire/converse.ts';
import { DEFAULT_LOOP } from '../../lib/configuration/defaults.ts';
import { type Call, type Turn, text, toMessages, tools } from '../support/agent-corpus/agent-run.ts';
import { times } from '../support/agent-corpus/invented-text.ts';

const POLICY = { ...DEFAULT_LOOP, polling: ['check_status'] };
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const letter = (at: number) => LETTERS[at] ?? '';
const verdict = (turns: readonly Turn[]) => judgeConversation(toMessages(turns), POLICY);
const level = (turns: readonly Turn[]) => verdict(turns)?.level;

const read: Call = ['read', { path: 'a.ts' }, 'file is empty'];

describe('a person', () => {
  it('who speaks begins the count anew', () => {
    const turns = [...times(3, () => tools(read)), text('I am stuck.', 'try again'), tools(read)];
    expect(level(turns)).toBeUndefined();
    expect(level([...turns, ...times(3, () => tools(read))])).toBe('trip');
  });

  it('is not a harness that adds a reminder to the results', () => {
    const reminded = toMessages(times(4, () => tools(read))).map(
      (message, at): Message =>
        at > 0 && message.role === 'user' ? { ...message, content: [...message.content, { text: 'be brief' }] } : message,
    );
    expect(judgeConversation(reminded, POLICY)?.level).toBe('trip');
  });

  it('is not a harness that says "continue" whenever the agent stops', () => {
    const turns = times(20, (at) => (at % 3 === 2 ? text(`I stop here, ${letter(at)}.`, 'Continue.') : tools(read)));
    expect(times(20, (count) => level(turns.slice(0, count)))).toContain('trip');
  });

  it('who says "yes" to other and other questions is not an agent that loops', () => {
    expect(verdict(times(12, (at) => text(`May I do ${letter(at)}?`, 'yes')))).toBeUndefined();
  });

  it('who is asked sums gives other answers, if only in their numbers', () => {
    expect(verdict(times(12, (at) => text(`What is ${at} + 1?`, `${at + 1} I think`)))).toBeUndefined();
  });
});

describe('an agent without tools', () => {
  it('loops when it says the same and hears the same, four times', () => {
    const turns = times(4, () => text('I apologise. Let me try again.', 'Please continue.'));
    expect(verdict(turns)).toMatchObject({ level: 'trip', rule: 'identical_replies', times: 4 });
    expect(verdict(turns)).not.toHaveProperty('tool');
  });

  it('loops by the commands that it fences, whatever it thinks', () => {
    const command = (at: number) => text(`Thought ${letter(at)}.\n\`\`\`bash\ncat a.ts\n\`\`\``, 'file is empty');
    expect(level(times(4, command))).toBe('trip');
  });

  it('loops though the cache point moves to its last message', () => {
    const messages = toMessages(times(4, () => text('I apologise.', 'Please continue.')));
    const last = messages.map(
      (message, at): Message =>
        at === messages.length - 1 ? { ...message, content: [...message.content, { cachePoint: { type: 'default' } }] } : message,
    );
    expect(judgeConversation(last, POLICY)?.level).toBe('trip');
  });

  it('loops though JSON comes back in another order, or an id stands where only beginnings are compared', () => {
    const [name, state] = [`"name":"${'x'.repeat(60)}"`, '"state":"new"'];
    const [json, turned] = [`{${state},${name}}`, `{${name},${state}}`];
    expect(level([json, json, json, turned].map((reply) => text('Again.', reply)))).toBe('trip');
    const ids = times(4, (at) => `${letter(at).repeat(8)}-8b86-d011-b42d-00c04fc964ff`);
    expect(level(ids.map((id) => text('Again.', `${'word '.repeat(38)}${id} and so on`)))).toBe('trip');
  });

  it('does not loop while it asks for other and other tools that nobody has', () => {
    const asked = times(6, (at): Message[] => [
      { role: 'assistant', content: [{ toolUse: { toolUseId: `t${at}`, name: 'tool', input: { at } } }] },
      { role: 'user', content: [{ text: 'There is no such tool.' }] },
    ]).flat();
    expect(judgeConversation(asked, POLICY)).toBeUndefined();
  });

  it('does not loop by boilerplate between other things', () => {
    const turns = times(11, (at) => [text('next speaker: Coder', 'ok'), text(`I propose ${letter(at)}.`, `Hm, ${letter(at)}.`)]).flat();
    expect(times(22, (count) => level(turns.slice(0, count + 1)))).not.toContain('trip');
  });
});
