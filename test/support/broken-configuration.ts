import { expect } from 'vitest';
import { checkConfiguration } from '../../lib/configuration/check-configuration.ts';
import { withValue } from './configuration.ts';

export const CONTEXT = { region: 'us-east-1', nowMs: Date.parse('2026-11-22T12:00:00Z') };
export const check = (text: string, context = CONTEXT) => checkConfiguration('spillway.yaml', text, context);

export type Case = {
  readonly what: string;
  readonly text: string;
  readonly path: string;
  readonly message: RegExp;
  readonly allowed?: RegExp;
};
/** SOUND with one thing broken, and what must be said about it. */
export const broken = (
  what: string,
  path: readonly (string | number)[],
  value: unknown,
  message: RegExp,
  allowed?: RegExp,
  reported?: string,
): Case => ({
  ...{ what, text: withValue(path, value), path: reported ?? path.join('.'), message },
  ...(allowed === undefined ? {} : { allowed }),
});

/** The configuration has this one error, at a line, with its own message and what is allowed. */
export function expectRefused({ text, path, message, allowed }: Case): void {
  const errors = check(text).filter((problem) => problem.severity === 'error');
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatchObject({ path, message: expect.stringMatching(message) });
  expect(errors[0]?.line).toBeGreaterThan(0);
  if (allowed !== undefined) expect(errors[0]?.allowed).toMatch(allowed);
}
