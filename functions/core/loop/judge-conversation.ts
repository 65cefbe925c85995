import type { Message } from '../wire/converse.ts';
import { type KeyedStep, keyedSteps } from './keyed-steps.ts';
import { mayRepeat } from './may-repeat.ts';
import { fails, recurs, repeats, staysStale } from './rules.ts';
import { recentSteps } from './steps.ts';
import { gravest, type LoopPolicy, type LoopVerdict } from './verdict.ts';

/**
 * Judges a loop from the conversation alone, since a person last spoke. What counts is a step: a call AND its result. The same call with
 * another result is progress, so is any new step but a failed one: a loop is what brings nothing new.
 */
export function judgeConversation(messages: readonly Message[], policy: LoopPolicy): LoopVerdict | undefined {
  const recent = recentSteps(messages, policy.polling);
  if (!mayRepeat(recent)) return undefined;
  const steps = judgedTogether(keyedSteps(recent), policy.identicalPairs);
  return gravest([repeats(steps, policy), staysStale(steps, policy), fails(steps, policy), recurs(steps)]);
}

/**
 * The tool steps since a person last spoke, or an unbroken exchange of texts. A text that came back as often as a loop needs is no person:
 * unattended harnesses say "continue", and the count must not begin anew for that.
 */
function judgedTogether(steps: readonly KeyedStep[], automaticAt: number): KeyedStep[] {
  const inText = steps.at(-1)?.reply !== undefined;
  const replies = new Map<string, number>();
  for (const { reply } of steps) if (reply !== undefined) replies.set(reply, (replies.get(reply) ?? 0) + 1);
  const together: KeyedStep[] = [];
  for (const step of steps.toReversed()) {
    if ((step.reply !== undefined) === inText) together.push(step);
    else if (inText || (replies.get(step.reply ?? '') ?? 0) < automaticAt) break;
  }
  return together.reverse();
}
