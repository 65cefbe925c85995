import { sameJson } from '../same-json.ts';
import type { ContentBlock } from '../wire/converse.ts';
import { isJson, unnumbered } from './masked.ts';
import type { Step } from './steps.ts';
import { failed } from './tool-error.ts';

const HEAD = 200;
/** Where a head is cut, its last token may be cut: so much is not compared. */
const CUT = 40;

/**
 * Whether the last step may repeat an earlier one, or failed; `false` is sure. Most steps of healthy agents are new, and nothing else of
 * the history has to be read to see it.
 */
export function mayRepeat(steps: readonly Step[]): boolean {
  const last = steps.at(-1);
  const earlier = steps.slice(0, -1);
  if (last === undefined) return false;
  if (last.kind === 'text') return earlier.some((step) => step.kind === 'text' && beginAlike(step.reply, last.reply));
  const calls = earlier.flatMap((step) => (step.kind === 'tools' ? step.pairs : [])).map(({ call }) => call);
  const known = last.pairs.every(({ call }) => calls.some(({ name, input }) => name === call.name && sameJson(input, call.input)));
  return known || last.pairs.some(failed);
}

function beginAlike([a]: readonly ContentBlock[], [b]: readonly ContentBlock[]): boolean {
  const [left, right] = [a?.text ?? '', b?.text ?? ''];
  if (isJson(left) && isJson(right)) return true;
  const [one, other] = [unnumbered(left.slice(0, HEAD)), unnumbered(right.slice(0, HEAD))];
  const length = Math.min(one.length, other.length) - CUT;
  return length <= 0 || one.slice(0, length) === other.slice(0, length);
}
