import { type Command, InvalidArgumentError } from 'commander';
import { SPEND_KEYS, type SpendKey } from '../functions/core/spend.ts';
import { operatedStack } from './operated-stack.ts';
import { parseDay } from './parse-day.ts';
import type { Terminal } from './terminal.ts';
import { JSON_OPTION, LOCAL_OPTION, STACK_OPTION, type VerbOptions } from './verb-options.ts';

type SpendVerbOptions = VerbOptions & { readonly by: readonly SpendKey[]; readonly from?: string; readonly to?: string };

/** `spend`: usage and money by any keys. */
export function addSpendVerb(program: Command, terminal: Terminal): void {
  program
    .command('spend')
    .description('usage and money, the running hour included')
    .option('--by <keys>', `${SPEND_KEYS.join(', ')}; several with commas`, spendKeys, ['feature'])
    .option('--from <day>', 'first local day, yyyy-mm-dd (default: seven days in all)', parseDay)
    .option('--to <day>', 'last local day, yyyy-mm-dd (default: today)', parseDay)
    .option(...LOCAL_OPTION)
    .option(...STACK_OPTION)
    .option(...JSON_OPTION)
    .action(async (options: SpendVerbOptions, command: Command) => {
      if (options.from !== undefined && options.to !== undefined && options.from > options.to) command.error('error: --from is after --to');
      const stack = await operatedStack(options, terminal.folder);
      const { spend } = await import('./spend.ts');
      terminal.out(`${await spend(stack, options)}\n`);
    });
}

function spendKeys(text: string): SpendKey[] {
  const keys = text.split(',').map((name) => SPEND_KEYS.find((each) => each === name.trim()));
  const found = keys.filter((each) => each !== undefined);
  if (found.length === keys.length && new Set(found).size === found.length) return found;
  throw new InvalidArgumentError(`allowed: ${SPEND_KEYS.join(', ')}, each once`);
}
