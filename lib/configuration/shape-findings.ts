import type { z } from 'zod';
import type { ConfigurationPath, Finding } from './configuration-problem.ts';
import { fieldFacts } from './json-schema.ts';
import { suggest } from './nearest-name.ts';

type Issue = z.core.$ZodIssue;

/** What a failed parse says, in the words of the configuration: one finding per unknown key, missing part or wrong value. */
export function shapeFindings(issues: readonly Issue[], value: unknown, above: ConfigurationPath = []): Finding[] {
  return issues.flatMap((issue) => {
    const path = [...above, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))];
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...path, key]));
    if (issue.code === 'invalid_union') return unionFindings(issue.errors, value, path);
    return [isMissing(value, path) ? missing(path) : wrongValue(path, issue)];
  });
}

function unknownKey(path: ConfigurationPath): Finding {
  return { path, message: `unknown key ${path.at(-1)}`, allowed: suggest(String(path.at(-1)), fieldFacts(path.slice(0, -1)).keys) };
}

function missing(path: ConfigurationPath): Finding {
  const { description } = fieldFacts(path);
  return { path, message: `${path.at(-1)} is missing`, ...(description === undefined ? {} : { allowed: description }) };
}

function wrongValue(path: ConfigurationPath, issue: Issue): Finding {
  const { description, values, range } = fieldFacts(path);
  const allowed = values.length > 0 ? values.join(', ') : range === undefined ? description : `${range} (${description})`;
  const message =
    issue.code === 'invalid_type' && issue.message.startsWith('Invalid input') ? `not a ${expectedName(issue.expected)}` : issue.message;
  return { path, message, ...(allowed === undefined ? {} : { allowed }) };
}

const expectedName = (expected: string): string =>
  ({ object: 'group of keys', record: 'group of keys', array: 'list', int: 'whole number', boolean: 'yes/no value: write true or false' })[
    expected
  ] ?? expected;

/** The findings of the branch that the author meant: the one whose outermost kind fits. */
function unionFindings(branches: readonly (readonly Issue[])[], value: unknown, path: ConfigurationPath): Finding[] {
  if (isMissing(value, path)) return [missing(path)];
  const meant = branches.find((issues) =>
    issues.every((issue) => issue.path.length > 0 || issue.code === 'unrecognized_keys' || issue.code === 'too_small'),
  );
  if (meant !== undefined) return shapeFindings(meant, value, path);
  const { description } = fieldFacts(path);
  return [{ path, message: 'not in a form that is understood', ...(description === undefined ? {} : { allowed: description }) }];
}

/** The value at a path of plain data; undefined where there is none. */
export function valueAt(value: unknown, path: ConfigurationPath): unknown {
  return path.reduce<unknown>((at, step) => (typeof at === 'object' && at !== null ? Reflect.get(at, step) : undefined), value);
}

const isMissing = (value: unknown, path: ConfigurationPath): boolean => {
  const found = valueAt(value, path);
  return found === undefined || found === null;
};
