import type { Command } from 'commander';
import { type OperatedStack, operatedStack } from './operated-stack.ts';
import type { Terminal } from './terminal.ts';
import { JSON_OPTION, LOCAL_OPTION, STACK_OPTION, type VerbOptions } from './verb-options.ts';

export const SCOPE_ARGUMENT = ['<scope>', 'org, team:N, feature:N, template:F/N, run:ID, model:N or key:ID'] as const;

export type ActOptions = VerbOptions & { readonly reason?: string };

/** A verb that acts on a stack, with the options that all of them have. */
export const acting = (command: Command): Command =>
  command
    .option(...LOCAL_OPTION)
    .option(...STACK_OPTION)
    .option(...JSON_OPTION);

export const REASON_OPTION = ['--reason <text>', 'why; for the audit trail'] as const;

/** Runs a verb's work on the stack that the options name, and prints what it answers. */
export async function onStack(options: VerbOptions, terminal: Terminal, work: (stack: OperatedStack) => Promise<string>): Promise<void> {
  terminal.out(`${await work(await operatedStack(options, terminal.folder))}\n`);
}
