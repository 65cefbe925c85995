import { DAY_MS } from '../calendar.ts';
import { type Refusal, refuse } from '../errors.ts';
import { type PicoUsd, sumPico } from '../money.ts';

/** What an operator has ordered without a deploy. It ends by itself at `untilMs`; a pause without one lasts until somebody resumes. */
export type Override = {
  /** The ulid of the act that made it. */
  readonly id: string;
  /** As in scope.ts: `org`, `feature:invoice-extractor`, `run:r1`. */
  readonly scope: string;
  readonly reason: string;
  /** Who: an AWS principal, or the user of the machine. */
  readonly by: string;
  readonly atMs: number;
} & (
  | { readonly kind: 'raise'; readonly byPico: PicoUsd; readonly untilMs: number }
  | { readonly kind: 'allow'; readonly rule: string; readonly untilMs: number }
  | { readonly kind: 'pause'; readonly untilMs?: number }
);

/** Money and exemptions are lent for so long at most: what is needed for longer belongs in the configuration. */
export const LONGEST_MS = 7 * DAY_MS;

/** The store deletes late, so everybody asks. */
export const isActive = ({ untilMs }: Pick<Override, 'untilMs'>, nowMs: number): boolean => untilMs === undefined || nowMs < untilMs;

/** What all raises of the scope add up to now. */
export const raisedBy = (overrides: readonly Override[], scope: string, nowMs: number): PicoUsd =>
  sumPico(
    overrides.flatMap((override) =>
      override.kind === 'raise' && override.scope === scope && isActive(override, nowMs) ? [override.byPico] : [],
    ),
  );

/** Among the pauses of these scopes the one that lasts longest, or undefined. */
export function pauseOf(overrides: readonly Override[], scopes: readonly string[], nowMs: number): Override | undefined {
  const pauses = overrides.filter((override) => override.kind === 'pause' && scopes.includes(override.scope) && isActive(override, nowMs));
  return pauses.toSorted((a, b) => endOf(b) - endOf(a))[0];
}

const endOf = ({ untilMs }: Override): number => untilMs ?? Number.POSITIVE_INFINITY;

/** Whether one of these scopes is exempt from one of these rules now. */
export const isAllowed = (overrides: readonly Override[], scopes: readonly string[], rules: readonly string[], nowMs: number): boolean =>
  overrides.some(
    (override) =>
      override.kind === 'allow' && rules.includes(override.rule) && scopes.includes(override.scope) && isActive(override, nowMs),
  );

/** The refusal of a scope that an operator has paused. Who and why stays with the operators. */
export const pausedRefusal = (scope: string, untilMs: number | undefined): Refusal =>
  refuse('paused', `${scope} is paused by an operator`, { scope }, untilMs);
