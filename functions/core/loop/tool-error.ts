import { masked, maskedContent } from './masked.ts';
import type { Pair } from './steps.ts';

/** Words with which tools without a status begin an error, or that mean one wherever they stand. An exit code or "no match" is none. */
const BEGINS =
  /^\W*(?:\w*(?:error|exception)\b|traceback\b|fatal\b|failed to\b|failure:|invalid\b|unknown\b|cannot\b|can't\b|could not\b|unable to\b|access denied|not found\b|no such\b|timed? ?out\b|forbidden\b|unauthori[sz]ed\b)/i;
const CONTAINS =
  /command not found|no such file or directory|permission denied|syntax ?error|edit[ _]failed|did not apply|not applied|no replacement was performed|no file open|is not a valid|missing required|unexpected token/i;
const JSON_SAYS = /"error":(?!\s*(?:null|false|0|""|\[\]|\{\}))|"status":\s*"(?:error|failed)"|"(?:success|ok)":\s*false/i;
/** An error says so where it begins. */
const HEAD = 300;
/** Shorter arguments would be found by chance, longer ones are repeated by no error. */
const [TELLING, QUOTABLE] = [3, 200];

export function failed({ result }: Pair): boolean {
  if (result.status === 'error') return true;
  const [first] = result.content;
  const text = typeof first?.['text'] === 'string' ? first['text'] : JSON.stringify(first?.['json'] ?? null);
  const head = text.slice(0, HEAD);
  if (head.startsWith('{')) return JSON_SAYS.test(head);
  // Masked, since a time or a number may come before the word.
  return BEGINS.test(masked(head)) || CONTAINS.test(head);
}

/** What a failed call says, or undefined for a call that did not fail. What it repeats of its own arguments is left out: `X not found`. */
export function errorOf(pair: Pair): string | undefined {
  if (!failed(pair)) return undefined;
  return argumentsOf(pair.call.input).reduce((said, argument) => said.replaceAll(argument, '@'), maskedContent(pair.result.content));
}

const argumentsOf = (input: Pair['call']['input']): string[] =>
  (typeof input === 'object' && input !== null ? Object.values(input) : [])
    .flatMap((value) => (typeof value === 'string' && value.length <= QUOTABLE ? [maskedContent([{ text: value }])] : []))
    .filter((value) => value.length >= TELLING)
    .toSorted((a, b) => b.length - a.length);
