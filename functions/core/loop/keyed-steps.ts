import { canonicalJson } from '../canonical-json.ts';
import { maskedContent } from './masked.ts';
import type { Pair, Step } from './steps.ts';
import { errorOf } from './tool-error.ts';

/** A step as the rules see it. Steps with equal signatures did the same and got the same. */
export type KeyedStep = {
  readonly signature: string;
  /** Of its (call, result) pairs; parallel identical calls are one. */
  readonly keys: readonly string[];
  readonly tool?: string;
  /** What came back to a step without tools. */
  readonly reply?: string;
  /** What all its calls failed with, alike. */
  readonly error?: string;
};

/** Only the results of calls that recur are read whole: a call made once differs from every other by itself. */
export function keyedSteps(steps: readonly Step[]): KeyedStep[] {
  const named = steps.map((step) => (step.kind === 'tools' ? step.pairs.map(({ call }) => canonicalJson([call.name, call.input])) : []));
  const calls = new Map<string, number>();
  for (const call of named.flat()) calls.set(call, (calls.get(call) ?? 0) + 1);
  return steps.map((step, index) => {
    if (step.kind === 'text') return keyedText(step);
    const keys = step.pairs.map(({ result }, at) => {
      const call = named[index]?.[at] ?? '';
      return calls.get(call) === 1 ? call : `${call} ${result.status ?? 'success'} ${maskedContent(result.content)}`;
    });
    return keyedTools(step.pairs, [...new Set(keys)].toSorted());
  });
}

function keyedText({ action, reply }: Extract<Step, { kind: 'text' }>): KeyedStep {
  const masked = maskedContent(reply);
  const signature = `${action}\n${masked}`;
  return { signature, keys: [signature], reply: masked };
}

function keyedTools(pairs: readonly Pair[], keys: readonly string[]): KeyedStep {
  const [first, ...others] = pairs.map(errorOf);
  const tool = pairs[0]?.call.name;
  return {
    signature: keys.join('\n'),
    keys,
    ...(tool === undefined ? {} : { tool }),
    ...(first !== undefined && others.every((other) => other === first) ? { error: first } : {}),
  };
}
