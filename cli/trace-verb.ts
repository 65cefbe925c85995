import { type Command, InvalidArgumentError } from 'commander';
import { NAME } from '../functions/schemas/name.ts';
import { operatedStack } from './operated-stack.ts';
import { parseDay } from './parse-day.ts';
import type { Terminal } from './terminal.ts';
import { JSON_OPTION, LOCAL_OPTION, STACK_OPTION, type VerbOptions } from './verb-options.ts';

/** `trace`: from "the bill jumped" to the template, its first bad hour and the runs behind it. */
export function addTraceVerb(program: Command, terminal: Terminal): void {
  program
    .command('trace')
    .description('what is behind a spike: the template, its first bad hour, the runs, what changed')
    .argument('[feature]', 'whose spike (default: the worst of all)', feature)
    .option('--day <day>', 'local day, yyyy-mm-dd (default: the worst of the last 7, today included)', parseDay)
    .option(...LOCAL_OPTION)
    .option(...STACK_OPTION)
    .option(...JSON_OPTION)
    .action(async (name: string | undefined, options: VerbOptions & { day?: string }) => {
      const stack = await operatedStack(options, terminal.folder);
      const { trace } = await import('./trace.ts');
      terminal.out(`${await trace(stack, { ...options, ...(name === undefined ? {} : { feature: name }) })}\n`);
    });
}

function feature(text: string): string {
  // `_unassigned` is where observe mode books calls without a feature.
  if (NAME.test(text) || text === '_unassigned') return text;
  throw new InvalidArgumentError('a feature is a name of the configuration, in small letters');
}
