import type { Random } from '../seeded-random.ts';
import { type Turn, text, tools } from './agent-run.ts';
import { working } from './benign-coding.ts';
import { between, pick, sentence, source, times, word } from './invented-text.ts';

export const POLLED = 'check_status';

const polling = (random: Random): Turn[] => [
  tools(['start_job', { name: word(random) }, 'started']),
  ...times(between(random, 10, 60), () => tools([POLLED, {}, 'pending'])),
  tools([POLLED, {}, 'done']),
];

/** Polled, not exempt; each answer says how far it is, in words. */
const progress = (random: Random): Turn[] =>
  times(between(random, 5, 20), () => tools(['job', { id: 'A1' }, `running: step ${word(random)} of ${sentence(random, 2)}`]));

const bulk = (random: Random): Turn[] =>
  times(between(random, 15, 60), (id) => tools(['set_flag', { id, flag: 'paid' }, random.chance(0.1) ? `ok ${word(random)}` : 'ok']));

const fruitless = (random: Random): Turn[] =>
  times(between(random, 4, 12), () => tools(['search', { query: sentence(random, 3) }, 'no matches']));

const pages = (random: Random): Turn[] =>
  times(between(random, 5, 30), (page) =>
    tools(['list', { page }, times(5, (row) => `row ${page * 5 + row} total ${random.below(9_999)}`).join('\n')]),
  );

/** The same question to an instrument, whose whole answer is a number. */
const readings = (random: Random): Turn[] =>
  times(between(random, 5, 20), (at) => tools(['thermometer', {}, `${at + random.below(100) / 100}`]));

/** A customer who says "yes" to everything; calculations and thoughts in between. */
const support = (random: Random): Turn[] =>
  times(between(random, 4, 15), () => [
    tools(['get_details', { id: word(random) }, source(random)]),
    ...(random.chance(0.4) ? times(between(random, 1, 2), () => tools(['calculate', { expression: '12 + 30' }, '42'])) : []),
    ...(random.chance(0.4) ? [tools(['think', { thought: sentence(random) }, ''])] : []),
    text(`Shall I book ${sentence(random)}?`, pick(random, ['yes', 'Yes.', 'no', 'ok'])),
  ]).flat();

/** Three times in vain, a person says what to do; again three times; then it works. */
function triedAgain(random: Random): Turn[] {
  const vain = times(3, () => tools(['deploy', { target: 'a' }, 'rejected by policy', 'failed']));
  const told = () => text('It was rejected.', sentence(random));
  return [...working(random, 3), ...vain, told(), ...vain, told(), ...vain.slice(1), ...working(random, 4)];
}

/** A group chat whose moderator keeps saying whose turn it is. */
const nextSpeaker = (random: Random): Turn[] =>
  times(between(random, 11, 20), () => [
    text('next speaker: Coder', 'ok'),
    text(`I propose: ${sentence(random)}`, sentence(random)),
    ...(random.chance(0.3) ? [tools(['read', { path: word(random) }, source(random)])] : []),
  ]).flat();

const arithmetic = (random: Random): Turn[] =>
  times(between(random, 8, 30), () => {
    const [a, b] = [between(random, 2, 90), between(random, 2, 90)];
    return text(`What is ${a} + ${b}?`, `${a + b}`);
  });

const continued = (random: Random): Turn[] => times(between(random, 5, 30), () => text(sentence(random, 30), 'continue'));
const chat = (random: Random): Turn[] => times(between(random, 3, 30), () => text(sentence(random, 20), sentence(random, 9)));

export const SERVICE: Readonly<Record<string, (random: Random) => readonly Turn[]>> = {
  'polling, exempt': polling,
  'polling that tells of progress': progress,
  'the same change for many records': bulk,
  'searches without a match': fruitless,
  'pages of numbers': pages,
  'readings of an instrument': readings,
  'customer who says yes': support,
  'a person says: try again': triedAgain,
  'next speaker': nextSpeaker,
  'arithmetic tutor': arithmetic,
  'long text, continued': continued,
  chat,
};
