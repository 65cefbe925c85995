import { canonicalJson } from '../canonical-json.ts';
import type { ContentBlock, Message, ToolResult, ToolUse } from '../wire/converse.ts';
import { folded } from './masked.ts';

export type Pair = { readonly call: ToolUse; readonly result: ToolResult };

/** One turn of an agent: the tools that it called, in parallel, and what they gave; or what it said and what came back. */
export type Step =
  | { readonly kind: 'tools'; readonly pairs: readonly Pair[] }
  | { readonly kind: 'text'; readonly action: string; readonly reply: readonly ContentBlock[] };

/** Steps that are looked back on. A cycle of up to a dozen steps has gone round three times in it; what lies further back is past. */
const WINDOW = 40;
/** Tools that only write down a thought: they change nothing and find nothing, whatever is in them. */
const THINKING = /^(think|thinking|thought|sequential_?thinking)$/i;

/** The last steps of a conversation, oldest first. Calls of tools that are polled on purpose are left out. */
export function recentSteps(messages: readonly Message[], polling: readonly string[]): Step[] {
  const counts = ({ name }: ToolUse) => !polling.includes(name) && !THINKING.test(name);
  const steps: Step[] = [];
  let end = messages.length;
  while (end > 0 && steps.length < WINDOW) {
    const replied = startOf(messages, end, 'user');
    const said = startOf(messages, replied, 'assistant');
    const step = stepOf(blocksOf(messages, said, replied), blocksOf(messages, replied, end), counts);
    if (step !== undefined) steps.push(step);
    end = said;
  }
  return steps.reverse();
}

/** Where the unbroken messages of one side begin that end before `end`. */
function startOf(messages: readonly Message[], end: number, role: 'user' | 'assistant'): number {
  let start = end;
  while (start > 0 && (messages[start - 1]?.role === 'assistant') === (role === 'assistant')) start -= 1;
  return start;
}

function blocksOf(messages: readonly Message[], start: number, end: number): ContentBlock[] {
  const blocks: ContentBlock[] = [];
  for (let index = start; index < end; index += 1) {
    const message = messages[index];
    if (message !== undefined && message.role !== 'system') blocks.push(...message.content);
  }
  return blocks;
}

function stepOf(said: readonly ContentBlock[], replied: readonly ContentBlock[], counts: (call: ToolUse) => boolean): Step | undefined {
  const results = replied.flatMap(({ toolResult }) => toolResult ?? []);
  if (results.length === 0) return replied.length === 0 ? undefined : { kind: 'text', action: actionOf(said), reply: replied };
  const calls = new Map(said.flatMap(({ toolUse }) => (toolUse === undefined ? [] : [[toolUse.toolUseId, toolUse]])));
  const pairs = results.flatMap((result): Pair[] => {
    const call = calls.get(result.toolUseId);
    return call !== undefined && counts(call) ? [{ call, result }] : [];
  });
  return pairs.length === 0 ? undefined : { kind: 'tools', pairs };
}

const FENCED = /```[^\n]*\n([\s\S]*?)```/g;

/** What an agent does that speaks its actions: the code that it fenced, else all that it said. What it thinks beside it is no action. */
function actionOf(said: readonly ContentBlock[]): string {
  const text = said.map((block) => block.text ?? '').join('\n');
  const code = [...text.matchAll(FENCED)].map(([, fenced = '']) => fenced).join('\n');
  const calls = said.flatMap(({ toolUse }) => (toolUse === undefined ? [] : [canonicalJson([toolUse.name, toolUse.input])]));
  return [folded(code === '' ? text : code), ...calls].join('\n');
}
