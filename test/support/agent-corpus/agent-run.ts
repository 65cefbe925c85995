import type { Json, Message } from '../../../functions/core/wire/converse.ts';

export type Call = readonly [tool: string, input: Json, result: string, failed?: 'failed'];
export type Turn =
  | { readonly kind: 'tools'; readonly calls: readonly Call[] }
  | { readonly kind: 'text'; readonly said: string; readonly reply: string };

/** One invented agent run. `onset` is the turn with which a runaway begins to spin. */
export type AgentRun = {
  readonly name: string;
  readonly good: boolean;
  readonly turns: readonly Turn[];
  readonly onset: number;
  readonly polling: readonly string[];
  /** Sizes for pricing, in tokens; the texts themselves are short so that thousands of runs are made quickly. */
  readonly contextTokens: number;
  readonly turnTokens: number;
};

export const tools = (...calls: readonly Call[]): Turn => ({ kind: 'tools', calls });
export const text = (said: string, reply: string): Turn => ({ kind: 'text', said, reply });

const opening: Message = { role: 'user', content: [{ text: 'Do the task.' }] };

/** The whole conversation: an opening and two messages a turn, so that the first `n` turns are its first 1 + 2n messages. */
export const toMessages = (turns: readonly Turn[]): Message[] => [opening, ...turns.flatMap(messagesOf)];

function messagesOf(turn: Turn, index: number): Message[] {
  if (turn.kind === 'text') {
    return [
      { role: 'assistant', content: [{ text: turn.said }] },
      { role: 'user', content: [{ text: turn.reply }] },
    ];
  }
  const id = (at: number) => `t${index}.${at}`;
  const results = turn.calls.map(([, , result, failed], at) => ({
    toolResult: { toolUseId: id(at), content: [{ text: result }], ...(failed === undefined ? {} : { status: 'error' as const }) },
  }));
  return [
    { role: 'assistant', content: turn.calls.map(([name, input], at) => ({ toolUse: { toolUseId: id(at), name, input } })) },
    { role: 'user', content: results },
  ];
}
