import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capsOf } from '../../functions/core/gate-tree.ts';
import { type Act, stateOfAct } from '../../functions/core/override/act.ts';
import { isAllowed, type Override, pauseOf } from '../../functions/core/override/override.ts';
import { raisedSettings } from '../../functions/core/override/raised-settings.ts';
import { parseScope, scopesOf } from '../../functions/core/override/scope.ts';
import { overrideToJson, parseOverride } from '../../functions/schemas/override.ts';
import { featureSettings, settings as testSettings } from '../support/settings.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const order = (scope: string) => ({ id: `id-${scope}`, scope, reason: 'launch', by: 'ops', atMs: NOW - 1000 });
const raise = (scope: string, byPico: bigint, untilMs = NOW + 1): Override => ({ kind: 'raise', byPico, untilMs, ...order(scope) });
const pause = (scope: string, untilMs?: number): Override => ({
  kind: 'pause',
  ...order(scope),
  ...(untilMs === undefined ? {} : { untilMs }),
});
const allow = (scope: string, rule: string, untilMs = NOW + 1): Override => ({ kind: 'allow', rule, untilMs, ...order(scope) });

const SCOPES = ['org', 'team:finance', 'feature:a', 'feature:b'];
const settings = testSettings({
  caps: { dailyPico: 1000n, monthlyPico: 20_000n },
  teams: { finance: { name: 'finance', caps: { monthlyPico: 4000n } } },
  features: { a: featureSettings('a', { caps: { hourlyPico: 10n, dailyPico: 50n } }), b: featureSettings('b', { caps: {}, shards: 2 }) },
});

const raises = fc.array(
  fc.record({
    scope: fc.constantFrom(...SCOPES),
    byPico: fc.bigInt({ min: 1n, max: 10n ** 15n }),
    untilMs: fc.integer({ min: NOW - 3, max: NOW + 3 }),
  }),
);

describe('raised caps', () => {
  it('are the configured ones and every raise that has not ended, in each period that has a cap', () => {
    fc.assert(
      fc.property(raises, (given) => {
        const raised = raisedSettings(
          settings,
          given.map(({ scope, byPico, untilMs }) => raise(scope, byPico, untilMs)),
          NOW,
        );
        for (const scope of SCOPES) {
          const by = given.filter((one) => one.scope === scope && NOW < one.untilMs).reduce((sum, { byPico }) => sum + byPico, 0n);
          const expected = Object.entries(capsOf(scope, settings)).map(([period, cap]) => [period, cap + by]);
          expect(capsOf(scope, raised)).toEqual(Object.fromEntries(expected));
        }
      }),
    );
  });

  it('are the very settings while nothing is raised', () => {
    expect(raisedSettings(settings, [raise('org', 5n, NOW), pause('org'), allow('org', 'run_limit')], NOW)).toBe(settings);
  });

  it('share a raised hourly cap among the shards', () => {
    const split = { ...settings, features: { b: featureSettings('b', { caps: { hourlyPico: 10n }, shards: 2 }) } };
    expect(capsOf('feature:b/1', raisedSettings(split, [raise('feature:b', 10n)], NOW))).toEqual({ hourlyPico: 10n });
  });
});

describe('a pause', () => {
  it('stops by any scope of the call until it ends, and the longest says when', () => {
    const scopes = scopesOf({ team: 'finance', feature: 'a', template: 't', model: 'haiku', run: 'r1', key: 'k1' });
    for (const scope of scopes) expect(pauseOf([pause(scope)], scopes, NOW)).toMatchObject({ scope });
    expect(pauseOf([pause('org', NOW)], scopes, NOW)).toBeUndefined();
    expect(pauseOf([pause('team:other'), pause('feature:b'), pause('template:a/u'), pause('model:sonnet')], scopes, NOW)).toBeUndefined();
    expect(pauseOf([pause('org', NOW + 5), pause('feature:a', NOW + 9), pause('run:r1', NOW + 7)], scopes, NOW)?.untilMs).toBe(NOW + 9);
    expect(pauseOf([pause('org', NOW + 5), pause('feature:a')], scopes, NOW)).not.toHaveProperty('untilMs');
  });
});

describe('an exemption', () => {
  it('is of one rule, of one scope, until its time', () => {
    const scopes = scopesOf({ team: 'finance', feature: 'a' });
    expect(isAllowed([allow('feature:a', 'run_limit')], scopes, ['run_limit'], NOW)).toBe(true);
    expect(isAllowed([allow('feature:a', 'run_limit', NOW)], scopes, ['run_limit'], NOW)).toBe(false);
    expect(isAllowed([allow('feature:b', 'run_limit')], scopes, ['run_limit'], NOW)).toBe(false);
    expect(isAllowed([allow('feature:a', 'run_limit')], scopes, ['input_too_long'], NOW)).toBe(false);
    expect(isAllowed([allow('org', 'loop_detected')], scopes, ['same_error', 'loop_detected'], NOW)).toBe(true);
    expect(isAllowed([pause('org')], scopes, ['run_limit'], NOW)).toBe(false);
  });
});

describe('a scope', () => {
  it.each(['org', 'team:finance', 'feature:a', 'template:a/b', 'run:R.1:x', 'model:haiku', 'key:0a'])('is read: %s', (text) => {
    const named = parseScope(text);
    expect(named?.kind === 'org' ? 'org' : `${named?.kind}:${named?.name}`).toBe(text);
  });

  it.each(['', 'finance', 'org:acme', 'team:', 'template:a', 'template:a/b/c', 'shard:a', ':a'])('is not: "%s"', (text) => {
    expect(parseScope(text)).toBeUndefined();
  });
});

describe('a stored override', () => {
  it('is what was put', () => {
    const all = [raise('org', 9_007_199_254_740_993n), pause('run:r1'), pause('org', NOW), allow('key:a', 'run_limit')];
    expect(all.map((override) => parseOverride(overrideToJson(override)))).toEqual(all);
  });

  it('that cannot be read is not taken for none', () => {
    expect(() => parseOverride('{"kind":"pause"}')).toThrow();
  });
});

describe('an act of the audit trail', () => {
  const act = (id: string, over: Partial<Act> = {}): Act => ({ ...order('org'), act: 'pause', ...over, id });
  it.each<[string, Act, Act[], string]>([
    ['without an end', act('1'), [], 'active'],
    ['past its end', act('1', { untilMs: NOW }), [], 'expired'],
    ['ended by another', act('1', { untilMs: NOW + 5 }), [act('2', { act: 'resume', ended: ['1'] })], 'ended'],
    ['ended only after its end', act('1', { untilMs: NOW - 5 }), [act('2', { act: 'resume', ended: ['1'], atMs: NOW - 1 })], 'expired'],
    ['that lasts for no time', act('1', { act: 'reset' }), [], 'done'],
  ])('%s says what has become of it', (_, one, later, state) => {
    expect(stateOfAct(one, [one, ...later], NOW)).toBe(state);
  });
});
