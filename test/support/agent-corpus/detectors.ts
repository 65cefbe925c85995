import { canonicalJson } from '../../../functions/core/canonical-json.ts';
import { judgeConversation } from '../../../functions/core/loop/judge-conversation.ts';
import type { LoopLevel } from '../../../functions/core/loop/verdict.ts';
import type { Message } from '../../../functions/core/wire/converse.ts';
import { DEFAULT_LOOP } from '../../../lib/configuration/defaults.ts';
import type { AgentRun, Turn } from './agent-run.ts';

/** What is said of a run once its first `turns` turns are over, before the next request is paid. */
export type Detector = (run: AgentRun, messages: readonly Message[], turns: number) => LoopLevel | undefined;

/** The project's own rules, as they are configured by default. */
export const spillway =
  (over: Partial<typeof DEFAULT_LOOP> = {}): Detector =>
  ({ polling }, messages, turns) =>
    judgeConversation(messages.slice(0, 1 + 2 * turns), { ...DEFAULT_LOOP, ...over, polling })?.level;

type Action = { readonly call: string; readonly result: string; readonly failed: boolean };

/** Calls in order, but those that are polled; a person's message begins anew, as those tools have it. */
function actionsOf(turns: readonly Turn[], polling: readonly string[]): Action[] {
  const since = turns.slice(turns.findLastIndex(({ kind }) => kind === 'text') + 1);
  const calls = since.flatMap((turn) => (turn.kind === 'tools' ? turn.calls : [])).filter(([tool]) => !polling.includes(tool));
  return calls.map(([tool, input, result, failed]) => ({ call: canonicalJson([tool, input]), result, failed: failed !== undefined }));
}

const byActions =
  (rule: (actions: readonly Action[]) => boolean): Detector =>
  ({ turns: all, polling }, _, turns) =>
    rule(actionsOf(all.slice(0, turns), polling)) ? 'trip' : undefined;

const pairOf = ({ call, result }: Action): string => `${call} ${result}`;
const same = (values: readonly string[], count: number): boolean => values.length >= count && new Set(values.slice(-count)).size === 1;

/** Same action and result x4, same action and error x3, A-B-A-B-A-B with the same results, within 20 events. */
function openHands(actions: readonly Action[]): boolean {
  const recent = actions.slice(-20);
  const pairs = recent.map(pairOf);
  const failing =
    recent.slice(-3).every(({ failed }) => failed) &&
    same(
      recent.map(({ call }) => call),
      3,
    );
  const six = pairs.slice(-6);
  const alternating = six.length === 6 && six[0] !== six[1] && six.every((pair, at) => pair === six[at % 2]);
  return same(pairs, 4) || failing || alternating;
}

/** The fourth identical call in a row, whatever came back. */
const roo = (actions: readonly Action[]): boolean =>
  same(
    actions.map(({ call }) => call),
    4,
  );

/** A cycle of one to five calls, five times, whatever came back. */
function gemini(actions: readonly Action[]): boolean {
  const calls = actions.map(({ call }) => call);
  return [1, 2, 3, 4, 5].some((period) => {
    const tail = calls.slice(-5 * period);
    return tail.length === 5 * period && tail.every((call, at) => call === tail[at % period]);
  });
}

/** As they are described in 2026; read in the source of each. */
export const OTHERS: Readonly<Record<string, Detector>> = {
  'OpenHands (4 same, 3 failed, 6 alternating)': byActions(openHands),
  'Roo (4th identical call)': byActions(roo),
  'Gemini CLI (cycle of 1-5, five times)': byActions(gemini),
  'cap of 10 calls': (_run, _messages, turns) => (turns >= 10 ? 'trip' : undefined),
};
