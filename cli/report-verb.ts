import { type Command, InvalidArgumentError } from 'commander';
import { operatedStack } from './operated-stack.ts';
import type { Terminal } from './terminal.ts';
import { JSON_OPTION, LOCAL_OPTION, STACK_OPTION, type VerbOptions } from './verb-options.ts';

/** `report`: the Friday report as stored. */
export function addReportVerb(program: Command, terminal: Terminal): void {
  program
    .command('report')
    .description('the Friday waste report')
    .option('--week <week>', 'ISO week of sending, 2026-W47 (default: the newest)', week)
    .option(...LOCAL_OPTION)
    .option(...STACK_OPTION)
    .option(...JSON_OPTION)
    .action(async (options: VerbOptions & { week?: string }) => {
      const stack = await operatedStack(options, terminal.folder);
      const { report } = await import('./report.ts');
      terminal.out(`${await report(stack, options)}\n`);
    });
}

function week(text: string): string {
  if (/^\d{4}-W\d{2}$/.test(text)) return text;
  throw new InvalidArgumentError('a week is yyyy-Www, for example 2026-W47');
}
