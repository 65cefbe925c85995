import { writeFileSync } from 'node:fs';
import { ulid } from 'ulid';
import { stringify } from 'yaml';
import type { Bounds } from '../../functions/core/admission.ts';
import type { Scope } from '../../functions/core/gate.ts';
import { picoToUsd } from '../../functions/core/money.ts';
import { planAttempt, planRequest } from '../../functions/core/route-plan.ts';
import type { Settings } from '../../functions/core/settings.ts';
import type { RouteRequest } from '../../functions/core/wire/route.ts';
import { loadConfiguration } from '../../lib/configuration/load-configuration.ts';

/** A cap that calls storm against. */
export type StormCap = {
  readonly cap: string;
  readonly features: readonly string[];
  /** The gates whose cap it is: an hourly cap of a split feature is in each shard, a share of it. */
  readonly scopes: readonly Scope[];
  readonly period: 'hourly' | 'daily' | 'monthly';
  /** So many calls that cost all that they hold. */
  readonly fits: number;
  /** A call really costs all that it held, or an answer of so many tokens. */
  readonly costs: 'its hold' | number;
};

const ofFeature = (name: string) => ({ features: [name], scopes: [`feature:${name}`] });

/** Each kind of cap; those of features and teams, and that of the organization, fit so many calls. */
export const stormCaps = (fits: number, organizationFits: number): readonly StormCap[] => [
  { cap: 'the day of a feature', ...ofFeature('by-day'), period: 'daily', fits, costs: 'its hold' },
  { cap: 'the month of a feature', ...ofFeature('by-month'), period: 'monthly', fits, costs: 800 },
  { cap: 'the day of a team', features: ['narrow-a', 'narrow-b'], scopes: ['team:narrow'], period: 'daily', fits, costs: 800 },
  {
    ...{ cap: 'the hour of a split feature', features: ['split'], period: 'hourly', fits, costs: 800 },
    scopes: ['feature:split/0', 'feature:split/1', 'feature:split/2'],
  },
  {
    ...{ cap: 'the month of the organization', features: ['free-a', 'free-b'], scopes: ['org'], period: 'monthly', costs: 800 },
    fits: organizationFits,
  },
];

const LONGEST = 1_000;

/** `inHolds`: a cap, in calls. `whole`: answers are not shortened to fit. The organization has room for the other storms before its own. */
function configuration(caps: readonly StormCap[], inHolds: (calls: number) => number): object {
  const own = inHolds(caps[0]?.fits ?? 0);
  const feature = (team: string, budgets: object, { whole = true, shards = 1 } = {}) => ({
    ...{ owner: 'owner@acme.example', team, templates: ['ask'], route: { model: 'haiku' }, budgets, shards },
    limits: { outputTokens: LONGEST, minOutputTokens: whole ? LONGEST : 100 },
  });
  return {
    ...{ organization: 'acme', timezone: 'UTC', unassignedOwner: 'owner@acme.example' },
    models: { haiku: { id: 'bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0' } },
    budgets: { monthly: inHolds(caps.reduce((sum, { fits }) => sum + fits, 0)) },
    teams: { wide: {}, broad: {}, narrow: { budgets: { daily: own } } },
    features: {
      'by-day': feature('wide', { daily: own }),
      'by-month': feature('wide', { monthly: own }, { whole: false }),
      split: feature('wide', { hourly: own }, { shards: 3 }),
      ...{ 'narrow-a': feature('narrow', {}), 'narrow-b': feature('narrow', {}, { whole: false }) },
      ...{ 'free-a': feature('wide', {}), 'free-b': feature('broad', {}, { whole: false }) },
    },
    report: { to: ['ops@acme.example'], from: 'spillway@acme.example' },
    alerts: { email: [] },
  };
}

/** Writes the configuration with these caps, and answers it as the functions see it. */
export function writeStormConfiguration(file: string, caps: readonly StormCap[]): Settings {
  writeFileSync(file, stringify(configuration(caps, () => 1_000)));
  const { holdPico } = stormCall('by-day', 0, 'its hold', loadConfiguration(file).settings);
  writeFileSync(file, stringify(configuration(caps, (calls) => Number(picoToUsd(holdPico * BigInt(calls))))));
  return loadConfiguration(file).settings;
}

export type StormCall = { readonly request: RouteRequest; readonly holdPico: bigint; readonly floorPico: bigint };

/** The n-th call of a storm, and what it holds at most and at least. */
export function stormCall(feature: string, n: number, costs: StormCap['costs'], settings: Settings): StormCall {
  const asking = (directive: string): RouteRequest => {
    const text = `What is in drawer ${String(n).padStart(5, '0')}? ${directive}`;
    return { feature, template: 'ask', messages: [{ role: 'user', content: [{ text }] }] };
  };
  if (costs !== 'its hold') return { request: asking(`[[out=${costs}]]`), ...boundsOf(asking(`[[out=${costs}]]`), settings) };
  // What the call holds for its input does not depend on the figure, only on its length.
  const all = (input: number) => asking(`[[usage=${JSON.stringify({ input, output: LONGEST })}]]`);
  const bounds = boundsOf(all(10), settings);
  return { request: all(bounds.estimatedInputTokens), ...bounds };
}

function boundsOf(request: RouteRequest, settings: Settings): { holdPico: bigint; floorPico: bigint; estimatedInputTokens: number } {
  const admittedAtMs = Date.now();
  const planned = planRequest(request, settings, { callId: ulid(admittedAtMs), admittedAtMs });
  if (planned.kind === 'refused') throw new RangeError(planned.refusal.message);
  const attempt = planAttempt(planned.plan, settings, { ...planned.plan.decision, number: 1, escalated: false });
  if (!('bounds' in attempt)) throw new RangeError(attempt.message);
  const { wantPico, floorPico, estimatedInputTokens }: Bounds = attempt.bounds;
  return { holdPico: wantPico, floorPico, estimatedInputTokens };
}
