import type { Command } from 'commander';
import { operatedStack } from './operated-stack.ts';
import type { Terminal } from './terminal.ts';
import { JSON_OPTION, LOCAL_OPTION, STACK_OPTION, type VerbOptions } from './verb-options.ts';

type RaiseOptions = VerbOptions & { readonly by: string; readonly until: string; readonly reason: string };

/** `budget`: what is left. `budget raise`: a temporary raise without a deploy. */
export function addBudgetVerb(program: Command, terminal: Terminal): void {
  const budget = program
    .command('budget')
    .description('what is left of every budget, of one scope or of all')
    .argument('[scope]', 'org, team:N or feature:N')
    .option(...LOCAL_OPTION)
    .option(...STACK_OPTION)
    .option(...JSON_OPTION)
    .action(async (scope: string | undefined, options: VerbOptions) => {
      const stack = await operatedStack(options, terminal.folder);
      const { budget: show } = await import('./budget.ts');
      terminal.out(`${await show(stack, scope, options)}\n`);
    });
  budget
    .command('raise')
    .description('raise every cap of a scope for at most 7 days, without a deploy; audited')
    .argument('<scope>', 'org, team:N or feature:N')
    .requiredOption('--by <usd>', 'how much more, USD')
    .requiredOption('--until <time>', '2h, 3d, 18:30, or an ISO time')
    .requiredOption('--reason <text>', 'why; for the audit trail')
    .option(...LOCAL_OPTION)
    .option(...STACK_OPTION)
    .option(...JSON_OPTION)
    .action(async (scope: string, _own: unknown, command: Command) => {
      // Options that `budget` has too are taken by it.
      const options = command.optsWithGlobals<RaiseOptions>();
      const stack = await operatedStack(options, terminal.folder);
      const { raise } = await import('./budget.ts');
      terminal.out(`${await raise(stack, scope, options)}\n`);
    });
}
