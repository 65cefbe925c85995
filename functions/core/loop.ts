import { canonicalJson } from './canonical-json.ts';
import type { ContentBlock, Message, ToolUse } from './wire/converse.ts';

/**
 * Judges a loop from the conversation alone: the same tool call with the same result, again and again, since a person last spoke. The same
 * call with DIFFERENT results is progress (scrolling, compiling). Three repeats happen in healthy runs, four do not (facts of about 9,000 runs).
 */
export type LoopPolicy = {
  /** The same call with the same result this often is a loop. */
  readonly identicalPairs: number;
  /** Tools that are meant to be asked again and again. */
  readonly polling: readonly string[];
};

/** `pair` is the canonical text of call and result: to be hashed, never shown. */
export type Loop = { readonly tool: string; readonly times: number; readonly pair: string };

/** Tool turns that are looked back on: five steps that go round four times. What lies further back was followed by something else. */
const WINDOW_TURNS = 20;

/** The loop that the conversation's last turn closed, or undefined. Parallel identical calls in one turn count once. */
export function findLoop(messages: readonly Message[], policy: LoopPolicy): Loop | undefined {
  const turns = toolTurns(messages, policy.polling).slice(-WINDOW_TURNS);
  const counts = new Map<string, number>();
  for (const turn of turns) for (const pair of turn.keys()) counts.set(pair, (counts.get(pair) ?? 0) + 1);
  for (const [pair, tool] of turns.at(-1) ?? []) {
    const times = counts.get(pair) ?? 0;
    if (times >= policy.identicalPairs) return { tool, times, pair };
  }
  return undefined;
}

/** The (call, result) pairs of each turn that brought tool results, since the last message in which a person spoke. */
function toolTurns(messages: readonly Message[], polling: readonly string[]): ReadonlyMap<string, string>[] {
  const calls = new Map<string, ToolUse>();
  let turns: ReadonlyMap<string, string>[] = [];
  for (const message of messages) {
    for (const { toolUse } of message.content) if (toolUse !== undefined) calls.set(toolUse.toolUseId, toolUse);
    if (message.role !== 'user') continue;
    const pairs = pairsOf(message.content, calls, polling);
    if (message.content.some((block) => block.toolResult !== undefined)) turns.push(pairs);
    else turns = [];
  }
  return turns;
}

function pairsOf(
  content: readonly ContentBlock[],
  calls: ReadonlyMap<string, ToolUse>,
  polling: readonly string[],
): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  for (const { toolResult } of content) {
    const call = toolResult === undefined ? undefined : calls.get(toolResult.toolUseId);
    if (toolResult === undefined || call === undefined || polling.includes(call.name)) continue;
    const result = masked(canonicalJson([toolResult.status ?? 'success', toolResult.content]));
    pairs.set(canonicalJson([call.name, call.input, result]), call.name);
  }
  return pairs;
}

/** Process ids, timings and indentation differ between two equal results: digits are masked, white space (also escaped) is folded. */
const masked = (text: string): string => text.replace(/\d+/g, '0').replace(/(?:\s|\\[nrt])+/g, ' ');

/** How often this very request was seen in its run, itself included. */
export const timesSeen = (fingerprints: readonly string[], fingerprint: string): number =>
  fingerprints.filter((seen) => seen === fingerprint).length;
