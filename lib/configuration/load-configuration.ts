import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Settings } from '../../functions/core/settings.ts';
import { checkConfiguration } from './check-configuration.ts';
import { ConfigurationError, type ConfigurationProblem } from './configuration-problem.ts';
import { type ConfigurationShape, configurationShape } from './configuration-shape.ts';
import { resolveSettings } from './resolve-settings.ts';

/** What only the infrastructure needs to know: not part of the functions' settings. */
export type DeploymentOptions = {
  readonly inferenceProfiles: boolean;
  /** Whether the stack creates the report sender's SES identity, or it exists. */
  readonly identity: 'existing' | 'create';
  /** Role ARNs that may invoke each feature's alias. */
  readonly callers: Readonly<Record<string, readonly string[]>>;
  /** Origins of browsers that may call the gateway. */
  readonly corsOrigins: readonly string[];
};

export type Configuration = {
  readonly settings: Settings;
  readonly options: DeploymentOptions;
  readonly warnings: readonly ConfigurationProblem[];
};

/** The region that models are checked against when none is given: the CDK's, the shell's, else us-east-1. */
export function defaultRegion(): string {
  return process.env['CDK_DEFAULT_REGION'] ?? process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1';
}

/** Reads, checks and resolves a configuration file. ConfigurationError with all problems when it cannot be used. */
export function loadConfiguration(file: string, options: { region?: string; nowMs?: number } = {}): Configuration {
  const text = readConfiguration(file);
  const problems = checkConfiguration(file, text, { region: options.region ?? defaultRegion(), nowMs: options.nowMs ?? Date.now() });
  if (problems.some((problem) => problem.severity === 'error')) throw new ConfigurationError(problems);
  const shape = configurationShape.parse(parse(text));
  return { settings: resolveSettings(shape), options: deploymentOptions(shape), warnings: problems };
}

/** The file's text. ConfigurationError when it cannot be read. */
export function readConfiguration(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    const allowed = 'a YAML file; the example is spillway.yaml';
    throw new ConfigurationError([{ severity: 'error', file, path: '', message: 'cannot be read', allowed }]);
  }
}

function deploymentOptions(shape: ConfigurationShape): DeploymentOptions {
  return {
    inferenceProfiles: shape.billing?.inferenceProfiles ?? true,
    identity: shape.report.identity ?? 'existing',
    callers: Object.fromEntries(Object.entries(shape.features).map(([name, feature]) => [name, feature.callers ?? []])),
    corsOrigins: shape.gateway?.cors ?? [],
  };
}
