import type { Random } from '../seeded-random.ts';
import { type Call, type Turn, text, tools } from './agent-run.ts';
import { again, between, path, pick, sentence, source, times, word } from './invented-text.ts';

const edit = (random: Random): Turn => tools(['edit', { path: path(random), text: source(random) }, 'ok']);

/** Ordinary work: reading, editing, testing; every step new. */
export const working = (random: Random, turns: number): Turn[] =>
  times(turns, (at) => (at % 3 === 1 ? edit(random) : tools(['read', { path: path(random), part: at }, source(random)])));

/** A hundred calls and more over the same dozen files: read again unchanged, edited, tested, looked at; nothing twice in a row. */
function longSession(random: Random): Turn[] {
  const files = new Map(times(12, () => [path(random), source(random)]));
  let last = '';
  return times(between(random, 100, 150), (at) => {
    const others = [...files.keys()].filter((name) => name !== last);
    const file = others[random.below(others.length)] ?? '';
    const dice = random.next();
    const doing = dice >= 0.95 && last !== 'git status' ? 'git status' : file;
    last = doing;
    if (doing === 'git status') return tools(['bash', { command: doing }, 'clean']);
    if (dice < 0.45) return tools(['read', { path: file }, files.get(file) ?? '']);
    if (dice >= 0.9) return tools(['grep', { pattern: word(random), at }, path(random)]);
    if (dice >= 0.75) return tools(['bash', { command: 'npm test' }, `${random.below(9)} failed: ${sentence(random, 3)}`]);
    files.set(file, source(random));
    return tools(['edit', { path: file, text: files.get(file) ?? '' }, 'ok']);
  });
}

const scroll = (random: Random): Turn[] => times(between(random, 10, 40), () => tools(['scroll_down', {}, source(random)]));

/** The same edit refused with the same error three times; then the agent finds out why. */
function retryThenRecover(random: Random): Turn[] {
  const refused: Call = ['edit', { path: path(random), text: source(random) }, `Edit not applied: ${sentence(random)}`, 'failed'];
  return [...working(random, 5), ...times(3, () => tools(refused)), ...working(random, 8)];
}

/** Other guesses, the same error, up to four times; then the right one. */
function guessThenRecover(random: Random): Turn[] {
  const error = `Error: ${sentence(random)}`;
  const guesses = times(between(random, 2, 5), () => tools(['query', { sql: sentence(random) }, error, 'failed']));
  return [...working(random, 3), ...guesses, tools(['query', { sql: sentence(random) }, source(random)]), ...working(random, 5)];
}

const compileAndFix = (random: Random): Turn[] =>
  times(between(random, 6, 20), () => [
    tools(['bash', { command: 'javac Main.java' }, `Main.java:${random.below(300)}: error: ${sentence(random)}`, 'failed']),
    edit(random),
  ]).flat();

/** One command edits and compiles: all fail, each with an error of its own. */
const editAndCompileAtOnce = (random: Random): Turn[] =>
  times(between(random, 6, 16), () =>
    tools(['bash', { command: `sed -i s/${word(random)}/${word(random)}/ a.c && make` }, `error: ${sentence(random)}`, 'failed']),
  );

/** The test fails on in the same way while other and other edits are tried. */
function testAfterEdits(random: Random): Turn[] {
  const failure = `1 failed, ${between(random, 10, 99)} passed: ${sentence(random)}`;
  return times(between(random, 5, 20), () => [edit(random), tools(['bash', { command: 'pytest -x' }, again(random, failure)])]).flat();
}

/** After every edit the same checks again, with the same results. */
function recheck(random: Random): Turn[] {
  const checks = times(between(random, 3, 8), () => tools(['lint', { path: path(random) }, `${sentence(random, 4)} rated 9.5`]));
  return times(between(random, 3, 6), () => [edit(random), ...checks]).flat();
}

/** A second look at everything at the end, nothing having changed. */
function lookTwice(random: Random): Turn[] {
  const reads = times(between(random, 3, 11), () => tools(['read', { path: path(random) }, source(random)]));
  return [...reads, edit(random), ...reads, ...working(random, 4)];
}

function farApart(random: Random): Turn[] {
  const look: Turn = tools(
    pick(random, [['bash', { command: 'ls' }, sentence(random)] as Call, ['bash', { command: 'cat plan.md' }, source(random)]]),
  );
  return times(between(random, 5, 12), () => [look, ...working(random, between(random, 2, 9))]).flat();
}

function parallelReads(random: Random): Turn[] {
  const known = times(5, (): Call => ['read', { path: path(random) }, source(random)]);
  return times(between(random, 8, 25), () => {
    const fresh = times(between(random, 1, 3), (): Call => ['read', { path: path(random) }, source(random)]);
    return tools(...fresh, ...known.slice(0, random.below(4)));
  });
}

const commandsInText = (random: Random): Turn[] =>
  times(between(random, 15, 60), () =>
    text(
      `${sentence(random)}\n\`\`\`bash\n${pick(random, ['cat', 'grep -n x', 'sed -n 1,40p'])} ${path(random)}\n\`\`\``,
      random.chance(0.1) ? 'Your command ran successfully and did not produce any output.' : source(random),
    ),
  );

export const CODING: Readonly<Record<string, (random: Random) => readonly Turn[]>> = {
  'ordinary session': (random) => working(random, between(random, 20, 45)),
  'long session over a dozen files': longSession,
  'scrolling a file': scroll,
  'retry then recover': retryThenRecover,
  'guess then recover': guessThenRecover,
  'compile and fix': compileAndFix,
  'edit and compile at once': editAndCompileAtOnce,
  'test fails on after other edits': testAfterEdits,
  'all checks after every edit': recheck,
  'a second look at everything': lookTwice,
  'ls and cat far apart': farApart,
  'parallel reads, some again': parallelReads,
  'commands in text': commandsInText,
};
