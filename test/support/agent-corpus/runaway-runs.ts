import type { Random } from '../seeded-random.ts';
import { type Call, type Turn, text, tools } from './agent-run.ts';
import { again, between, path, pick, reordered, sentence, source, times, word } from './invented-text.ts';

/** Turns of a loop that nobody stops: far more than any rule needs. */
const LONG = 40;
type Spin = (random: Random) => readonly Turn[];

const fixedCall = (random: Random): Call => [word(random), { path: path(random) }, sentence(random)];
const around = (steps: readonly Turn[]): Turn[] => times(LONG, (at) => steps[at % steps.length] ?? steps[0]).flatMap((turn) => turn ?? []);
const cycle = (random: Random, period: number): Turn[] => around(times(period, () => tools(fixedCall(random))));
const fence = (thought: string, command: string): string => `${thought}\n\`\`\`bash\n${command}\n\`\`\``;

/** Every way to spin that this project knows, by name. */
export const RUNAWAYS: Readonly<Record<string, Spin>> = {
  'exact repeat': (random) => cycle(random, 1),
  'repeat with noise': (random) => {
    const [tool, file, said] = [word(random), path(random), sentence(random)];
    return times(LONG, () => tools([tool, reordered(random, { path: file, depth: 2, mode: 'all' }), again(random, said)]));
  },
  'reordered JSON results': (random) => {
    const value = { state: word(random), owner: word(random), tags: [word(random)] };
    return times(LONG, () => tools(['get_order', { id: 'A1' }, JSON.stringify(reordered(random, value))]));
  },
  'mutating arguments, same error': (random) => {
    const error = `${sentence(random)}: constraint violated`;
    return times(LONG, () => tools(['edit', { path: path(random), text: source(random) }, again(random, error), 'failed']));
  },
  'mutating arguments, error without status': (random) => {
    const [kind, what] = [pick(random, ['Error', 'ValueError', 'TypeError']), sentence(random)];
    return times(LONG, () => tools(['run', { code: source(random) }, `${kind}: ${what} at line ${random.below(900)}`]));
  },
  'mutating arguments that the error repeats': (random) =>
    times(LONG, () => {
      const file = path(random);
      return tools(['open', { path: file }, `${file}: no such file or directory`]);
    }),
  'failing edit and rereading': (random) => {
    const [file, error, content] = [path(random), sentence(random), source(random)];
    return times(LONG, (at) =>
      at % 2 === 0 ? tools(['edit', { path: file, text: source(random) }, error, 'failed']) : tools(['read', { path: file }, content]),
    );
  },
  alternation: (random) => cycle(random, 2),
  'cycle of 3 to 6': (random) => cycle(random, between(random, 3, 6)),
  'cycle of 7 to 12': (random) => cycle(random, between(random, 7, 12)),
  'cycle with a new step now and then': (random) => {
    const steps = cycle(random, between(random, 2, 4));
    return steps.map((turn) => (random.chance(0.08) ? tools(fixedCall(random)) : turn));
  },
  'wandering among few states': (random) => {
    const states = times(between(random, 3, 5), () => tools(fixedCall(random)));
    return times(LONG, () => states[random.below(states.length)] ?? tools(fixedCall(random)));
  },
  'large reads that grow the context': (random) => {
    const [file, content] = [path(random), times(20, () => source(random)).join('\n')];
    return times(LONG, () => tools(['read', { path: file }, content]));
  },
  'edits that change nothing, and the test': (random) => {
    const [file, failure] = [path(random), `1 failed: ${sentence(random)}`];
    return around([tools(['edit', { path: file, from: 'a', to: 'a' }, 'no change']), tools(['test', {}, failure])]);
  },
  'the same file opened': (random) => {
    const [file, content] = [path(random), source(random)];
    return times(LONG, () => tools(['open', { path: file }, content]));
  },
  'empty commands': (random) => times(LONG, () => tools(['bash', { command: '' }, random.chance(0.5) ? '' : ' '])),
  'thoughts around the same call': (random) => {
    const call = fixedCall(random);
    return times(LONG, (at) => (at % 2 === 0 ? tools(['think', { thought: sentence(random) }, '']) : tools(call)));
  },
  'parallel calls': (random) => {
    const calls = times(between(random, 2, 4), () => fixedCall(random));
    return times(LONG, () => tools(...(random.chance(0.5) ? calls : calls.toReversed()), ...calls.slice(0, 1)));
  },
  'apologies without tools': (random) => {
    const [sorry, reply] = [`I apologise. ${sentence(random)}`, pick(random, ['Please continue.', 'Go on.', 'No tool was called.'])];
    return times(LONG, () => text(sorry, reply));
  },
  'commands in text, other thoughts': (random) => {
    const command = `cat ${path(random)}`;
    const output = sentence(random);
    return times(LONG, () => text(fence(sentence(random), command), again(random, output)));
  },
  'commands in text that go round': (random) => {
    const steps = times(between(random, 2, 5), () => [`cat ${path(random)}`, sentence(random)] as const);
    return times(LONG, (at) => {
      const [command = '', output = ''] = steps[at % steps.length] ?? [];
      return text(fence(sentence(random), command), output);
    });
  },
  'unattended: "continue" after every stop': (random) => {
    const call = fixedCall(random);
    return times(LONG, (at) => (at % 3 === 2 ? text(`I am done with ${sentence(random)}.`, 'Continue with the task.') : tools(call)));
  },
};

/** What repetition alone cannot tell from work: every step is new. Money and rate have to stop these. */
export const BEYOND_REPETITION: Readonly<Record<string, Spin>> = {
  'results that grow each time': (random) => {
    const lines = [sentence(random)];
    return times(LONG, () => {
      lines.push(sentence(random));
      return tools(['history', {}, lines.join('\n')]);
    });
  },
  'ever new questions with new answers': (random) => times(LONG, () => tools(['search', { query: sentence(random) }, sentence(random)])),
};
