import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { SpillwayError } from '../functions/core/errors.ts';
import { SPEND_KEYS, type SpendKey } from '../functions/core/spend.ts';
import { OperatorError } from './local-stack.ts';

/** Exit codes: 0 done, 1 failed, 2 wrong usage. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  const program = new Command('spillway').description('Operates Spillway: what AI calls cost, whose they are, and what stops them.');
  const outcome = { exitCode: 0 };
  addConfig(program, outcome);
  addSpend(program);
  addReport(program);
  addKeys(program);
  for (const command of withSubcommands(program)) command.exitOverride().showHelpAfterError('(spillway --help shows all commands)');
  try {
    await program.parseAsync(argv, { from: 'user' });
    return outcome.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof OperatorError) return failed(error.message);
    if (error instanceof SpillwayError) return failed(error.publicMessage);
    throw error;
  }
}

function failed(message: string): number {
  process.stderr.write(`spillway: ${message}\n`);
  return 1;
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const withSubcommands = (command: Command): Command[] => [command, ...command.commands.flatMap(withSubcommands)];
const JSON_OPTION = ['--json', 'for machines'] as const;
const LOCAL_OPTION = ['--local', 'the local stack that runs in this folder'] as const;

function addConfig(program: Command, outcome: { exitCode: number }): void {
  const config = program.command('config').description('the configuration file');
  config
    .command('check')
    .description('validate a configuration, offline')
    .argument('[file]', 'the configuration', 'spillway.yaml')
    .option('--region <region>', 'the region it will be deployed to (default: from the environment, else us-east-1)')
    .option(...JSON_OPTION)
    .action(async (file: string, options: { region?: string; json?: boolean }) => {
      const { configCheck } = await import('./config-check.ts');
      const { ok, text } = configCheck(file, options, Date.now());
      print(text);
      outcome.exitCode = ok ? 0 : 1;
    });
  config
    .command('schema')
    .description('print the JSON Schema of spillway.yaml')
    .action(async () => {
      const { renderConfigurationSchema } = await import('../lib/configuration/json-schema.ts');
      process.stdout.write(renderConfigurationSchema());
    });
}

function addSpend(program: Command): void {
  program
    .command('spend')
    .description('usage and money, the running hour included')
    .option('--by <keys>', 'feature, template, model, team, owner, mode, day; several with commas', spendKeys, ['feature'])
    .option('--from <day>', 'first local day, yyyy-mm-dd (default: seven days in all)', day)
    .option('--to <day>', 'last local day, yyyy-mm-dd (default: today)', day)
    .option(...LOCAL_OPTION)
    .option(...JSON_OPTION)
    .action(async (options: { by: SpendKey[]; from?: string; to?: string; json?: boolean; local?: boolean }, command: Command) => {
      if (options.from !== undefined && options.to !== undefined && options.from > options.to) command.error('error: --from is after --to');
      onlyLocal(options);
      const { spend } = await import('./spend.ts');
      print(await spend(options));
    });
}

function addReport(program: Command): void {
  program
    .command('report')
    .description('the Friday waste report')
    .option('--week <week>', 'ISO week of sending, 2026-W47 (default: the newest)', week)
    .option(...LOCAL_OPTION)
    .option(...JSON_OPTION)
    .action(async (options: { week?: string; json?: boolean; local?: boolean }) => {
      onlyLocal(options);
      const { report } = await import('./report.ts');
      print(await report(options));
    });
}

type KeyOptions = { json?: boolean; local?: boolean };

function addKeys(program: Command): void {
  const keys = program.command('keys').description('gateway keys');
  keys
    .command('create')
    .description('make a key; it is shown once')
    .requiredOption('--features <names>', 'features it is for, with commas, or "all"')
    .option(...LOCAL_OPTION)
    .option(...JSON_OPTION)
    .action(async (options: KeyOptions & { features: string }) => {
      onlyLocal(options);
      const { createKey } = await import('./keys.ts');
      print(
        await createKey({
          ...options,
          features: options.features === 'all' ? 'all' : options.features.split(',').map((name) => name.trim()),
        }),
      );
    });
  keys
    .command('list')
    .description('all keys, without their secrets')
    .option(...LOCAL_OPTION)
    .option(...JSON_OPTION)
    .action(async (options: KeyOptions) => {
      onlyLocal(options);
      const { listKeys } = await import('./keys.ts');
      print(await listKeys(options));
    });
  keys
    .command('revoke')
    .description('end a key at once')
    .argument('<id>', 'the key’s id, from `keys list`')
    .option(...LOCAL_OPTION)
    .option(...JSON_OPTION)
    .action(async (id: string, options: KeyOptions) => {
      onlyLocal(options);
      const { revokeKey } = await import('./keys.ts');
      print(await revokeKey(id, options));
    });
}

function onlyLocal({ local }: { local?: boolean }): void {
  if (local !== true) throw new OperatorError('this version reads only the running local stack: add --local');
}

function spendKeys(text: string): SpendKey[] {
  const keys = text.split(',').map((name) => SPEND_KEYS.find((each) => each === name.trim()));
  const found = keys.filter((each) => each !== undefined);
  if (found.length === keys.length && new Set(found).size === found.length) return found;
  throw new InvalidArgumentError(`allowed: ${SPEND_KEYS.join(', ')}, each once`);
}

function day(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new InvalidArgumentError('a day is yyyy-mm-dd');
}

function week(text: string): string {
  if (/^\d{4}-W\d{2}$/.test(text)) return text;
  throw new InvalidArgumentError('a week is yyyy-Www, for example 2026-W47');
}
