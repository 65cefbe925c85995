import type { Command } from 'commander';
import { type ActOptions, acting, onStack, REASON_OPTION, SCOPE_ARGUMENT } from './acting-verb.ts';
import type { Terminal } from './terminal.ts';
import { stackFlags, type VerbOptions } from './verb-options.ts';

/** `allow`, `overrides`, `breakers`: exemptions, and what is in force. */
export function addOverrideVerbs(program: Command, terminal: Terminal): void {
  acting(program.command('allow').description('exempt a scope from a rule for at most 7 days'))
    .argument(...SCOPE_ARGUMENT)
    .requiredOption('--rule <name>', 'input_too_long, run_limit, runaway_spend, loop_detected, or one rule of loops')
    .requiredOption('--until <time>', '2h, 3d, 18:30, or an ISO time')
    .option(...REASON_OPTION)
    .action((scope: string, options: ActOptions & { rule: string; until: string }) =>
      onStack(options, terminal, async (stack) => (await import('./overrides.ts')).allow(stack, scope, options)),
    );
  const overrides = acting(program.command('overrides').description('what operators have ordered, and who'))
    .option('--all', 'every act of the audit trail')
    .action((options: VerbOptions & { all?: boolean }) =>
      onStack(options, terminal, async (stack) => (await import('./overrides.ts')).overrides(stack, options)),
    );
  acting(overrides.command('end').description('end one before its time'))
    .argument('<id>', 'from `overrides`')
    .option(...REASON_OPTION)
    .action((id: string, _own: unknown, command: Command) => {
      // Options that `overrides` has too are taken by it.
      const options = command.optsWithGlobals<ActOptions>();
      return onStack(options, terminal, async (stack) => (await import('./overrides.ts')).end(stack, id, options));
    });
  acting(program.command('breakers').description('breakers that are open, and how to close them')).action((options: VerbOptions) =>
    onStack(options, terminal, async (stack) => (await import('./breakers.ts')).breakers(stack, options, stackFlags(options))),
  );
}
