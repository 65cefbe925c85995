import { canonicalJson } from './canonical-json.ts';
import type { ContentBlock, Prompt, Tool } from './wire/converse.ts';

/**
 * Which version of its template a prompt is, when the caller does not say: the hash of the part of tools and system that stays equal from call to
 * call. The static part is hashed at 256, 512, 1,024, ... characters and at its end, each hash covering all before it; the longest beginning that
 * seldom changes names the version.
 */
const FIRST_CHECKPOINT = 256;
const MOST_CHECKPOINTS = 10;
/** Calls before a beginning is judged: until then the whole static part names the version. */
const JUDGED_AFTER = 20;
/** A beginning that changes in more calls than this does not stay equal. */
const MOST_CHANGES = 0.05;
/** Older calls count half: what was true a thousand calls ago is forgotten in time. */
const HALVED_AT = 1_000;
/** Characters that an entry keeps of each hash: 24 bits, so that one change in 16 million goes unseen. */
const KEPT = 4;
const NAMED = 8;

/** The version of a template whose static part changes too often to have one. */
export const DYNAMIC = 'dynamic';
/** The version of a prompt without tools and system. */
export const NO_STATIC_PART = 'none';

/** What of a prompt is the same for all its calls, if anything is: tools, then system, as the providers' caches read them. */
export function staticPart({ toolConfig, system }: Pick<Prompt, 'toolConfig' | 'system'>): string {
  const blocks: readonly (Tool | ContentBlock)[] = [...(toolConfig?.tools ?? []), ...(system ?? [])];
  return blocks
    .filter(({ cachePoint }) => cachePoint === undefined)
    .map((block) => ('text' in block && typeof block.text === 'string' ? block.text : canonicalJson(block)))
    .join('\n');
}

/** The text between its checkpoints. Each is hashed together with the hash of all before it. None for an empty text. */
export function segmentsOf(text: string): string[] {
  const segments: string[] = [];
  for (let from = 0, to = FIRST_CHECKPOINT; from < text.length; from = to, to *= 2) {
    const last = segments.length === MOST_CHECKPOINTS;
    segments.push(text.slice(from, last ? undefined : to));
    if (last) break;
  }
  return segments;
}

/** How a template's static part has behaved: of `calls` calls after another, how often each beginning, and the whole, differed from the last. */
export type PrefixHistory = {
  readonly calls: number;
  readonly changes: readonly number[];
  readonly wholeChanges: number;
  readonly last: readonly string[];
};

/** Takes one more call into the history. `hashes`: of the beginnings, the whole last; empty for a prompt without a static part. */
export function observe(history: PrefixHistory | undefined, hashes: readonly string[]): PrefixHistory {
  if (history === undefined) return { calls: 0, changes: [], wholeChanges: 0, last: hashes };
  const { last, calls } = history;
  const depth = Math.max(last.length, hashes.length, history.changes.length);
  const changed = Array.from({ length: depth }, (_, at) => beginning(last, at) !== beginning(hashes, at));
  const keep = calls >= HALVED_AT ? 0.5 : 1;
  return {
    calls: calls * keep + 1,
    changes: changed.map((differs, at) => (history.changes[at] ?? calls) * keep + (differs ? 1 : 0)),
    wholeChanges: history.wholeChanges * keep + (last.at(-1) === hashes.at(-1) ? 0 : 1),
    last: hashes,
  };
}

/** The hash of the beginning up to a checkpoint; undefined where the text ended before it. */
const beginning = (hashes: readonly string[], at: number): string | undefined => (at < hashes.length - 1 ? hashes[at] : undefined);

/** The version of a call with these hashes, under its template's history (which may or may not have seen this call). */
export function versionOf(history: PrefixHistory | undefined, hashes: readonly string[]): string {
  const whole = hashes.at(-1);
  if (whole === undefined) return NO_STATIC_PART;
  if (history === undefined || history.calls < JUDGED_AFTER) return named(whole);
  const staysEqual = (changes: number): boolean => changes <= MOST_CHANGES * history.calls;
  if (staysEqual(history.wholeChanges)) return named(whole);
  const stable = hashes.slice(0, -1).findLast((_, at) => staysEqual(history.changes[at] ?? history.calls));
  return stable === undefined ? DYNAMIC : named(stable);
}

/** `h.` and the hash: a version that nobody chose. */
const named = (hash: string): string => `h.${hash.slice(0, NAMED)}`;

/** What an entry keeps of the hashes: enough to see where prompts begin to differ. */
export const shortPrefix = (hashes: readonly string[]): string[] => hashes.map((hash) => hash.slice(0, KEPT));
export const joinPrefix = (prefix: readonly string[]): string => prefix.join('');
export const splitPrefix = (joined: string): string[] => joined.match(new RegExp(`.{1,${KEPT}}`, 'g')) ?? [];
