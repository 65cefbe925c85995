import { type Command, InvalidArgumentError } from 'commander';
import { parseRequestId } from '../functions/core/ledger.ts';
import { operatedStack } from './operated-stack.ts';
import type { Terminal } from './terminal.ts';
import { JSON_OPTION, LOCAL_OPTION, STACK_OPTION, type VerbOptions } from './verb-options.ts';

/** `explain`: what one request cost and why, recomputed. */
export function addExplainVerb(program: Command, terminal: Terminal): void {
  program
    .command('explain')
    .description('one request: which models, why, and what it cost, recomputed from its tokens')
    .argument('<requestId>', '<feature>.<template>.<ulid>, from a receipt or from `trace`', requestId)
    .option(...LOCAL_OPTION)
    .option(...STACK_OPTION)
    .option(...JSON_OPTION)
    .action(async (id: string, options: VerbOptions) => {
      const stack = await operatedStack(options, terminal.folder);
      const { explain } = await import('./explain.ts');
      terminal.out(`${await explain(stack, id, options)}\n`);
    });
}

function requestId(text: string): string {
  if (parseRequestId(text) !== undefined) return text;
  throw new InvalidArgumentError('a request id is <feature>.<template>.<ulid>, as in a receipt');
}
