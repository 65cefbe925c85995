import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { operatedStack } from './operated-stack.ts';
import type { Terminal } from './terminal.ts';
import { JSON_OPTION, LOCAL_OPTION, STACK_OPTION, type VerbOptions } from './verb-options.ts';

/** Per cent: what rounding and late lines make in a month without an error. */
const DEFAULT_TOLERANCE = 0.5;

type ReconcileVerbOptions = VerbOptions & { readonly tolerance: number; readonly failOnDrift?: boolean };

/** `reconcile`: the ledger against the bill. Drift alone is no failure, unless asked. */
export function addReconcileVerb(program: Command, terminal: Terminal, fail: () => void): void {
  program
    .command('reconcile')
    .description('compare the AWS bill with the ledger, and name what differs')
    .argument('<files...>', 'a CUR 2.0 or Cost Explorer export: .csv, .csv.gz or .json; all parts of one')
    .option('--tolerance <percent>', 'difference that is none; one cent never is', percent, DEFAULT_TOLERANCE)
    .option('--fail-on-drift', 'exit with 1 when they differ')
    .option(...LOCAL_OPTION)
    .option(...STACK_OPTION)
    .option(...JSON_OPTION)
    .action(async (files: string[], options: ReconcileVerbOptions) => {
      const stack = await operatedStack(options, terminal.folder);
      const { reconcile } = await import('./reconcile.ts');
      const paths = files.map((file) => resolve(terminal.folder, file));
      const { text, drifts } = await reconcile(stack, paths, options);
      terminal.out(`${text}\n`);
      if (drifts && options.failOnDrift === true) fail();
    });
}

function percent(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 100) return value;
  throw new InvalidArgumentError('a tolerance is a number of per cent, from 0 to 100');
}
