import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';

const CDK = fileURLToPath(new URL('../node_modules/aws-cdk/bin/cdk', import.meta.url));

new Command('npm run deploy --')
  .description('Deploys Spillway into the AWS account of your credentials. Other options go to `cdk deploy`.')
  .option('--config <file>', 'the configuration', 'spillway.yaml')
  .option('--stack <name>', 'the name of the stack: one per stage', 'spillway')
  .allowUnknownOption()
  .allowExcessArguments()
  .action((options: { config: string; stack: string }, command: Command) => {
    const env = { ...process.env, SPILLWAY_CONFIG: options.config, SPILLWAY_STACK: options.stack };
    const cdk = spawn(process.execPath, [CDK, 'deploy', options.stack, ...command.args], { stdio: 'inherit', env });
    cdk.on('exit', (code) => {
      process.exitCode = code ?? 1;
    });
  })
  .parse();
