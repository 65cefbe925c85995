import type { Command } from 'commander';
import type { Terminal } from './terminal.ts';
import { JSON_OPTION } from './verb-options.ts';

/** `config check` and `config schema`; both offline. */
export function addConfigVerb(program: Command, terminal: Terminal, fail: () => void): void {
  const config = program.command('config').description('the configuration file');
  config
    .command('check')
    .description('validate a configuration, offline')
    .argument('[file]', 'the configuration', 'spillway.yaml')
    .option('--region <region>', 'the region it will be deployed to (default: from the environment, else us-east-1)')
    .option(...JSON_OPTION)
    .action(async (file: string, options: { region?: string; json?: boolean }) => {
      const { configCheck } = await import('./config-check.ts');
      const { ok, text } = configCheck(file, { ...options, folder: terminal.folder }, Date.now());
      terminal.out(`${text}\n`);
      if (!ok) fail();
    });
  config
    .command('schema')
    .description('print the JSON Schema of spillway.yaml')
    .action(async () => {
      const { renderConfigurationSchema } = await import('../lib/configuration/json-schema.ts');
      terminal.out(renderConfigurationSchema());
    });
}
