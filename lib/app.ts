import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { bundleFunctions } from './bundles.ts';
import { renderProblem } from './configuration/configuration-problem.ts';
import { loadConfiguration } from './configuration/load-configuration.ts';
import { FEATURE_FLAGS } from './feature-flags.ts';
import { SpillwayStack } from './spillway-stack.ts';

/**
 * Writes the cloud assembly. SPILLWAY_CONFIG names the configuration (default `spillway.yaml`), SPILLWAY_STACK the stack (default
 * `spillway`), CDK_OUTDIR the directory; CDK_VALIDATION=false leaves out the checks of the template, for speed.
 */
export function synthesize(env: NodeJS.ProcessEnv): void {
  const { settings, options, warnings } = loadConfiguration(env['SPILLWAY_CONFIG'] ?? 'spillway.yaml');
  for (const warning of warnings) process.stderr.write(`${renderProblem(warning)}\n`);
  const app = new App({ context: FEATURE_FLAGS });
  const bundles = mkdtempSync(join(tmpdir(), 'spillway-bundles-'));
  try {
    new SpillwayStack(app, env['SPILLWAY_STACK'] ?? 'spillway', { settings, options, codeOf: bundleFunctions(bundles) });
    if (env['CDK_VALIDATION'] !== 'false') Validations.of(app).addPlugins(new AwsSolutionsChecks(app, { verbose: true }));
    app.synth();
  } finally {
    rmSync(bundles, { recursive: true, force: true });
  }
}
