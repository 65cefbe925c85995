import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { parseSettings, settingsToJson } from '../../functions/schemas/settings.ts';
import { checkConfiguration } from '../../lib/configuration/check-configuration.ts';
import { configurationShape } from '../../lib/configuration/configuration-shape.ts';
import { resolveSettings } from '../../lib/configuration/resolve-settings.ts';
import { SOUND, withValue } from '../support/configuration.ts';

const CONTEXT = { region: 'us-east-1', nowMs: Date.parse('2026-11-22T12:00:00Z') };

/** Every path of plain data, groups and values alike. */
function paths(value: unknown): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [];
  const steps = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return steps.flatMap((step) => [[step], ...paths(Reflect.get(value, step)).map((path) => [step, ...path])]);
}

const words = ['haiku', 'sonnet', 'finance', 'open', 'auto', '', 'a@b.example', '1e9', 'Friday 16:00', 'bedrock/x', '__proto__', 'ünïcode'];
const anything = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(undefined, null, {}, [], -1, 0.1, 1e21, 5e-324, true, ...words),
  fc.dictionary(fc.constantFrom(...words), fc.jsonValue()),
);

describe('any configuration', () => {
  it('is either refused with a place and a message, or becomes settings that can be stored', () => {
    const sites = paths(parse(SOUND));
    fc.assert(
      fc.property(fc.constantFrom(...sites), anything, (path, value) => {
        const text = withValue(path, value);
        const errors = checkConfiguration('f.yaml', text, CONTEXT).filter((problem) => problem.severity === 'error');
        for (const error of errors) expect(error).toMatchObject({ file: 'f.yaml', message: expect.stringMatching(/\w/) });
        if (errors.length > 0) return;
        const settings = resolveSettings(configurationShape.parse(parse(text)));
        expect(parseSettings(settingsToJson(settings), {})).toEqual(settings);
      }),
      { numRuns: 600 },
    );
  });

  it('of any text is answered, not thrown at', () => {
    const lines = fc.array(
      fc.oneof(fc.string(), fc.constantFrom(...SOUND.split('\n'), '  - x', 'a: &a [*a]', '<<: *a', '? [x]: y', '!!binary x', '---')),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(lines, (given) => {
        expect(checkConfiguration('f.yaml', given.join('\n'), CONTEXT).length).toBeGreaterThan(0);
      }),
      { numRuns: 600 },
    );
  });

  it('written again by a machine is the same configuration', () => {
    expect(checkConfiguration('f.yaml', stringify(parse(SOUND)), CONTEXT)).toEqual([]);
  });
});
