import { Command, InvalidArgumentError, Option } from 'commander';
import { run } from '../local/run.ts';

const port = (text: string): number => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_532)
    throw new InvalidArgumentError('a port is a whole number from 0 to 65532; 0 takes any free one.');
  return value;
};

const command = new Command('npm start --')
  .description('Runs the whole system on this machine: the real functions and the real template, with AWS stood in for.')
  .option('--exit', 'show what it does, then stop', false)
  .option('--empty', 'the stack only: no usage, no demonstration', false)
  .option('--port <n>', 'base of four ports; 0 takes any that are free', port, 8787)
  .option('--data <dir>', 'keep state in this directory across restarts')
  .option('--config <file>', 'another configuration', 'spillway.yaml')
  .addOption(new Option('--model <where>', 'call real Bedrock, with your AWS credentials; all else stays local').choices(['bedrock']))
  .parse();

const {
  exit,
  empty,
  port: base,
  data,
  config,
  model,
} = command.opts<{
  exit: boolean;
  empty: boolean;
  port: number;
  data?: string;
  config: string;
  model?: 'bedrock';
}>();

const code = await run({
  ...{ exit, empty, port: base, configFile: config },
  ...(data === undefined ? {} : { dataDir: data }),
  ...(model === undefined ? {} : { modelBackend: model }),
});
process.exit(code);
