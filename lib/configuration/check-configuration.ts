import { checkCalendar } from './check-calendar.ts';
import { checkFeatures } from './check-features.ts';
import { checkModels } from './check-models.ts';
import { checkMoney } from './check-money.ts';
import { checkNames } from './check-names.ts';
import type { ConfigurationProblem } from './configuration-problem.ts';
import { salvage } from './salvage.ts';
import { valueAt } from './shape-findings.ts';
import { parseYamlSource } from './yaml-source.ts';

/** What a configuration is checked against: where it will be deployed, and when. */
export type CheckContext = { readonly region: string; readonly nowMs: number };

/** Everything that is wrong with a configuration, by line: one run reports all of it. */
export function checkConfiguration(file: string, text: string, context: CheckContext): ConfigurationProblem[] {
  const source = parseYamlSource(file, text);
  if (source.value === undefined) return [...source.problems];
  if (source.value === null) return [{ severity: 'error', file, path: '', message: 'the configuration is empty' }];
  const { findings, parts } = salvage(source.value);
  const names = { models: keysAt(source.value, 'models'), teams: keysAt(source.value, 'teams') };
  const all = [
    ...findings,
    ...checkNames(parts),
    ...checkCalendar(parts),
    ...checkModels(parts, context),
    ...checkMoney(parts),
    ...checkFeatures(parts, names),
  ];
  const problems = [...source.problems, ...all.map(source.toProblem)];
  return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

function keysAt(value: unknown, key: string): string[] {
  const group = valueAt(value, [key]);
  return typeof group === 'object' && group !== null ? Object.keys(group) : [];
}
