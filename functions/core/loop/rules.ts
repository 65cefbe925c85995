import type { KeyedStep } from './keyed-steps.ts';
import { gradeRepetition } from './repetition.ts';
import { type LoopPolicy, type LoopVerdict, levelOf } from './verdict.ts';

/** A third of the last steps being the same one, with new ones in between, is worth a warning; it may be a test that fails on. */
const RECURRING = { times: 7, of: 20 };

const toolOf = (step: KeyedStep | undefined) => (step?.tool === undefined ? {} : { tool: step.tool });

/** The tail goes round: one step, two that alternate, a cycle. */
export function repeats(steps: readonly KeyedStep[], { identicalPairs }: LoopPolicy): LoopVerdict | undefined {
  const signatures = steps.map(({ signature }) => signature);
  const found = gradeRepetition(signatures, identicalPairs);
  if (found === undefined) return undefined;
  const { level, times, length: window, members, distinct } = found;
  const last = steps.at(-1);
  const identical = last?.tool === undefined ? 'identical_replies' : 'identical_tool_results';
  return {
    level,
    rule: distinct === 1 ? identical : 'repeating_steps',
    ...toolOf(last),
    times,
    window,
    identity: members.join('\n'),
  };
}

/** Nothing has been new for long, in whatever order: a long cycle. */
export function staysStale(steps: readonly KeyedStep[], { staleTurns }: LoopPolicy): LoopVerdict | undefined {
  const times = steps.length - 1 - known(steps).lastIndexOf(false);
  const level = levelOf(times, staleTurns);
  if (level === undefined) return undefined;
  const signatures = steps.slice(-times).map(({ signature }) => signature);
  return { level, rule: 'nothing_new', ...toolOf(steps.at(-1)), times, window: steps.length, identity: signatures.toSorted()[0] ?? '' };
}

/** The same error whatever was tried. Steps in between that bring nothing new are no progress. */
export function fails(steps: readonly KeyedStep[], { sameErrors }: LoopPolicy): LoopVerdict | undefined {
  const last = steps.at(-1);
  if (last?.error === undefined) return undefined;
  const seen = known(steps);
  const progress = steps.findLastIndex(({ error }, index) => error !== last.error && seen[index] === false);
  const tail = steps.slice(progress + 1);
  const times = tail.filter(({ error }) => error === last.error).length;
  const level = levelOf(times, sameErrors);
  return level === undefined ? undefined : { level, rule: 'same_error', ...toolOf(last), times, window: tail.length, identity: last.error };
}

export function recurs(steps: readonly KeyedStep[]): LoopVerdict | undefined {
  const last = steps.at(-1);
  if (last?.tool === undefined) return undefined;
  const recent = steps.slice(-RECURRING.of);
  const times = recent.filter(({ signature }) => signature === last.signature).length;
  if (times < RECURRING.times) return undefined;
  return { level: 'warn', rule: 'recurring_step', tool: last.tool, times, window: recent.length, identity: last.signature };
}

/** Of each step, whether all of it had been seen before. */
function known(steps: readonly KeyedStep[]): boolean[] {
  const seen = new Set<string>();
  return steps.map(({ keys }) => {
    const all = keys.every((key) => seen.has(key));
    for (const key of keys) seen.add(key);
    return all;
  });
}
