import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Caps, Settings } from '../../functions/core/settings.ts';
import { parseSettings, settingsToJson } from '../../functions/schemas/settings.ts';
import { loadConfiguration } from '../../lib/configuration/load-configuration.ts';

const { settings: EXAMPLE } = loadConfiguration('spillway.yaml', { nowMs: Date.parse('2026-11-22T00:00:00Z'), region: 'us-east-1' });

const pico = fc.bigInt({ min: 0n, max: 10n ** 30n });
const name = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,20}$/);
const caps: fc.Arbitrary<Caps> = fc.record({ hourlyPico: pico, dailyPico: pico, monthlyPico: pico }, { requiredKeys: [] });
const text = fc.string({ unit: 'grapheme' });

/** The example with every amount, name and text replaced by arbitrary ones. */
const settings: fc.Arbitrary<Settings> = fc
  .record({
    caps,
    teams: fc.dictionary(name, caps),
    features: fc.dictionary(name, caps),
    organization: text,
    owner: text,
    tolerance: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map((drawn) => {
    const [feature] = Object.values(EXAMPLE.features);
    if (feature === undefined) throw new RangeError('the example has no feature');
    const features = Object.entries(drawn.features).map(([key, own]) => {
      return [
        key,
        { ...feature, name: key, caps: own, owner: drawn.owner, route: { ...feature.route, tolerance: drawn.tolerance } },
      ] as const;
    });
    const teams = Object.entries(drawn.teams).map(([key, own]) => [key, { name: key, caps: own }] as const);
    return {
      ...EXAMPLE,
      organization: drawn.organization,
      caps: drawn.caps,
      teams: Object.fromEntries(teams),
      features: Object.fromEntries(features),
    };
  });

describe('stored settings', () => {
  it('come back as they were, money to the pico-dollar', () => {
    fc.assert(
      fc.property(settings, fc.dictionary(name, text), (given, profiles) => {
        expect(parseSettings(settingsToJson(given), profiles)).toEqual({ ...given, inferenceProfiles: profiles });
      }),
      // -0 is no amount and no share; JSON writes it as 0.
      { examples: [[{ ...EXAMPLE, caps: { dailyPico: 9_007_199_254_740_993n } }, {}]] },
    );
  });

  it('are refused when a part is missing, or of another deployment', () => {
    const json = settingsToJson(EXAMPLE);
    const other = settingsToJson({ ...EXAMPLE, retentionDays: 401 });
    expect(() => parseSettings(json.slice(0, 4000), {})).toThrow(/incomplete or mixed/);
    expect(() => parseSettings(json.slice(0, 4000) + other.slice(4000), {})).toThrow(/incomplete or mixed/);
  });

  it('know no feature, model or team by the name of something that every object has', () => {
    const { features, models, teams } = parseSettings(settingsToJson(EXAMPLE), {});
    for (const name of ['constructor', 'toString', '__proto__'])
      expect([features[name], models[name], teams[name]]).toEqual([undefined, undefined, undefined]);
  });

  it('never carry the profiles, which exist only after the deployment', () => {
    expect(settingsToJson({ ...EXAMPLE, inferenceProfiles: { 'a/b': 'arn:x' } })).toBe(settingsToJson(EXAMPLE));
  });
});
