import { Command, CommanderError } from 'commander';
import { SpillwayError } from '../functions/core/errors.ts';
import { addBudgetVerb } from './budget-verb.ts';
import { addConfigVerb } from './config-verb.ts';
import { addExplainVerb } from './explain-verb.ts';
import { addExportVerb } from './export-verb.ts';
import { addKeysVerb } from './keys-verb.ts';
import { addOverrideVerbs } from './override-verbs.ts';
import { addPauseVerbs } from './pause-verbs.ts';
import { addReconcileVerb } from './reconcile-verb.ts';
import { addReportVerb } from './report-verb.ts';
import { addSpendVerb } from './spend-verb.ts';
import { OperatorError, type Terminal, UsageError } from './terminal.ts';
import { addTraceVerb } from './trace-verb.ts';

/** Runs one command line. Answers its exit code: 0 done, 1 failed, 2 wrong usage. */
export async function runProgram(argv: readonly string[], terminal: Terminal): Promise<number> {
  const program = new Command('spillway').description('Operates Spillway: what AI calls cost, whose they are, and what stops them.');
  const outcome = { exitCode: 0 };
  const fail = () => {
    outcome.exitCode = 1;
  };
  addConfigVerb(program, terminal, fail);
  addSpendVerb(program, terminal);
  addTraceVerb(program, terminal);
  addExplainVerb(program, terminal);
  addExportVerb(program, terminal);
  addReconcileVerb(program, terminal, fail);
  addReportVerb(program, terminal);
  addKeysVerb(program, terminal);
  addBudgetVerb(program, terminal);
  addPauseVerbs(program, terminal);
  addOverrideVerbs(program, terminal);
  for (const command of withSubcommands(program)) {
    command.exitOverride().configureOutput({ writeOut: terminal.out, writeErr: terminal.err });
    command.showHelpAfterError('(spillway --help shows all commands)');
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return outcome.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof UsageError) {
      terminal.err(`spillway: ${error.message}\n`);
      return 2;
    }
    const message = error instanceof OperatorError ? error.message : error instanceof SpillwayError ? error.publicMessage : undefined;
    if (message === undefined) throw error;
    terminal.err(`spillway: ${message}\n`);
    return 1;
  }
}

const withSubcommands = (command: Command): Command[] => [command, ...command.commands.flatMap(withSubcommands)];
