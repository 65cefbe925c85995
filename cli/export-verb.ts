import { type Command, InvalidArgumentError, Option } from 'commander';
import { EXPORT_FORMATS } from '../functions/core/export/export-format.ts';
import type { ExportOptions } from './export.ts';
import { operatedStack } from './operated-stack.ts';
import { parseDay } from './parse-day.ts';
import type { Terminal } from './terminal.ts';
import { JSON_OPTION, LOCAL_OPTION, STACK_OPTION, type VerbOptions } from './verb-options.ts';

/** `export`: the usage and money of a month, for finance. */
export function addExportVerb(program: Command, terminal: Terminal): void {
  program
    .command('export')
    .description('usage and money of a month for finance, as a spreadsheet (csv) or as FOCUS 1.2 (focus)')
    .addOption(new Option('--format <format>', 'the file’s format').choices(EXPORT_FORMATS).makeOptionMandatory())
    .addOption(new Option('--month <month>', 'local month, yyyy-mm').argParser(month).conflicts(['from', 'to']))
    .option('--from <day>', 'instead of --month: first local day, yyyy-mm-dd', parseDay)
    .option('--to <day>', 'last local day, yyyy-mm-dd (default: today)', parseDay)
    .option('--out <file>', 'write a file, and print what is in it (default: print all)')
    .option(...LOCAL_OPTION)
    .option(...STACK_OPTION)
    .option(...JSON_OPTION)
    .action(async (options: VerbOptions & ExportOptions, command: Command) => {
      if (options.month === undefined && options.from === undefined) command.error('error: --month is missing, or --from');
      if (options.from !== undefined && options.to !== undefined && options.from > options.to) command.error('error: --from is after --to');
      const stack = await operatedStack(options, terminal.folder);
      const { exportUsage } = await import('./export.ts');
      await exportUsage(stack, options, terminal);
    });
}

function month(text: string): string {
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return text;
  throw new InvalidArgumentError('a month is yyyy-mm');
}
