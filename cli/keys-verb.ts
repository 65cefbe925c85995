import type { Command } from 'commander';
import { operatedStack } from './operated-stack.ts';
import type { Terminal } from './terminal.ts';
import { JSON_OPTION, LOCAL_OPTION, STACK_OPTION, type VerbOptions } from './verb-options.ts';

/** `keys create`, `keys list`, `keys revoke`: the gateway's keys. */
export function addKeysVerb(program: Command, terminal: Terminal): void {
  const keys = program.command('keys').description('gateway keys');
  keys
    .command('create')
    .description('make a key; it is shown once')
    .requiredOption('--features <names>', 'features it is for, with commas, or "all"', features)
    .option(...LOCAL_OPTION)
    .option(...STACK_OPTION)
    .option(...JSON_OPTION)
    .action(async (options: VerbOptions & { features: readonly string[] | 'all' }) => {
      const stack = await operatedStack(options, terminal.folder);
      const { createKey } = await import('./keys.ts');
      terminal.out(`${await createKey(stack, options)}\n`);
    });
  keys
    .command('list')
    .description('all keys, without their secrets')
    .option(...LOCAL_OPTION)
    .option(...STACK_OPTION)
    .option(...JSON_OPTION)
    .action(async (options: VerbOptions) => {
      const stack = await operatedStack(options, terminal.folder);
      const { listKeys } = await import('./keys.ts');
      terminal.out(`${await listKeys(stack, options)}\n`);
    });
  keys
    .command('revoke')
    .description('end a key at once')
    .argument('<id>', 'the key’s id, from `keys list`')
    .option(...LOCAL_OPTION)
    .option(...STACK_OPTION)
    .option(...JSON_OPTION)
    .action(async (id: string, options: VerbOptions) => {
      const stack = await operatedStack(options, terminal.folder);
      const { revokeKey } = await import('./keys.ts');
      terminal.out(`${await revokeKey(stack, id, options)}\n`);
    });
}

const features = (text: string): readonly string[] | 'all' => (text === 'all' ? 'all' : text.split(',').map((name) => name.trim()));
