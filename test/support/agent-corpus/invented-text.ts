import type { Json } from '../../../functions/core/wire/converse.ts';
import type { Random } from '../seeded-random.ts';

const SYLLABLES = 'ba ce di fo gu ha ke li mo nu pa re si to vu wa xe yi zo qu'.split(' ');

export const times = <Item>(count: number, item: (index: number) => Item): Item[] => Array.from({ length: count }, (_, at) => item(at));
export const between = (random: Random, least: number, most: number): number => least + random.below(most - least + 1);
export function pick<Item>(random: Random, [first, ...others]: readonly [Item, ...Item[]]): Item {
  return others[random.below(others.length + 1)] ?? first;
}

/** Names as good as unique: 160,000 of them. */
export const word = (random: Random): string => times(4, () => pick(random, ['ba', ...SYLLABLES])).join('');
export const sentence = (random: Random, words = 8): string => times(words, () => word(random)).join(' ');
export const path = (random: Random): string => `src/${word(random)}/${word(random)}.ts`;
export const source = (random: Random): string =>
  times(4, () => `const ${word(random)} = ${word(random)}(${random.below(99)});`).join('\n');

const hex = (random: Random, digits: number): string => times(digits, () => random.below(16).toString(16)).join('');
const uuid = (random: Random): string => [8, 4, 4, 4, 12].map((digits) => hex(random, digits)).join('-');
const clock = (random: Random): string =>
  `2026-11-${between(random, 10, 28)}T${between(random, 10, 23)}:${between(random, 10, 59)}:${between(random, 10, 59)}Z`;

/** The same result as a program would print it another time: other times, ids, temporary files and white space. */
export function again(random: Random, result: string): string {
  const spaced = random.chance(0.5) ? result.replaceAll(' ', '  ') : result;
  return [
    `[${clock(random)}] pid ${random.below(99_999)} session ${uuid(random)}`,
    `${spaced} at 0x${hex(random, 8)} in /tmp/run-${hex(random, 6)}/out.log`,
    `took ${random.below(9_000) / 1000} s${random.chance(0.5) ? '\n' : ''}`,
  ].join('\n');
}

/** The same JSON object with its keys in another order. */
export function reordered(random: Random, input: { readonly [key: string]: Json }): Json {
  const entries = Object.entries(input);
  return Object.fromEntries(random.chance(0.5) ? entries.toReversed() : entries);
}
