import { canonicalJson } from '../canonical-json.ts';
import { parseJson } from '../parse-json.ts';
import type { Json } from '../wire/converse.ts';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const UUID_MIDDLE = /-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-/i;
const ADDRESS = /0x[0-9a-f]+/gi;
const TEMPORARY = /\/tmp\/[^\s"'`:,)\]}]+/g;
const NUMBER = /\d+(?:[.,:]\d+)*/g;
const ESCAPED_SPACE = /(?:\s|\\[nrt])+/g;
const SPACE = /\s{2,}|[^\S ]/g;
const WORD = /\p{L}{3}/u;

/** White space folded, also where it is escaped. */
export const folded = (text: string): string => text.replace(text.includes('\\') ? ESCAPED_SPACE : SPACE, ' ').trim();

/** Without ids, addresses, temporary files, times and other numbers: they differ between two equal runs of a program. */
export function unnumbered(text: string): string {
  // Most texts have none of the first three, and looking for them takes longer than all the rest.
  const withoutIds = UUID_MIDDLE.test(text) ? text.replace(UUID, '#') : text;
  const withoutAddresses = withoutIds.includes('0x') ? withoutIds.replace(ADDRESS, '#') : withoutIds;
  const withoutFiles = withoutAddresses.includes('/tmp/') ? withoutAddresses.replace(TEMPORARY, '#') : withoutAddresses;
  return folded(withoutFiles.replace(NUMBER, '#'));
}

/** One text for results that say the same. Where nothing but numbers is said, they are what is said, and stay. Idempotent. */
export const masked = (text: string): string => (WORD.test(text) ? unnumbered(text) : folded(text));

/** The same for the blocks of a message or a result: the order of JSON keys does not matter, cache points are not content. */
export const maskedContent = (content: readonly { readonly [key: string]: unknown }[]): string =>
  content
    .filter((block) => block['cachePoint'] === undefined)
    .map((block) => (typeof block['text'] === 'string' ? masked(ordered(block['text'])) : canonicalJson(masksIn(block))))
    .join('\n');

export const isJson = (text: string): boolean => /^\s*[[{]/.test(text);

const ordered = (text: string): string => {
  const json: Json | undefined = isJson(text) ? parseJson(text) : undefined;
  return json === undefined ? text : canonicalJson(json);
};

/** JSON blocks are masked as text; bytes are told apart as they are. */
const masksIn = (block: { readonly [key: string]: unknown }) =>
  block['json'] === undefined ? block : { json: masked(canonicalJson(block['json'])) };
