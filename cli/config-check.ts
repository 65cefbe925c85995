import { resolve } from 'node:path';
import { checkConfiguration } from '../lib/configuration/check-configuration.ts';
import { ConfigurationError, type ConfigurationProblem, renderProblem } from '../lib/configuration/configuration-problem.ts';
import { defaultRegion, readConfiguration } from '../lib/configuration/load-configuration.ts';

/** What a check found, as printed, and whether the configuration can be used. */
export type ConfigCheck = { readonly ok: boolean; readonly text: string };

/** Checks a configuration offline. Warnings do not make it unusable. */
export function configCheck(file: string, options: { folder: string; region?: string; json?: boolean }, nowMs: number): ConfigCheck {
  const region = options.region ?? defaultRegion();
  const problems = problemsOf(file, resolve(options.folder, file), region, nowMs);
  const ok = problems.every((problem) => problem.severity === 'warning');
  if (options.json === true) return { ok, text: JSON.stringify({ ok, file, region, problems }) };
  const verdict = ok ? `${file} is valid for ${region}.` : `${file} cannot be used.`;
  return { ok, text: [...problems.map(renderProblem), verdict].join('\n') };
}

function problemsOf(file: string, path: string, region: string, nowMs: number): readonly ConfigurationProblem[] {
  try {
    return checkConfiguration(file, readConfiguration(path), { region, nowMs });
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}
