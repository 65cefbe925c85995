import { App, Stack } from 'aws-cdk-lib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Settings } from '../../functions/core/settings.ts';
import { parseSettings } from '../../functions/schemas/settings.ts';
import { settingsParts } from '../../lib/settings-parts.ts';
import { StoredSettings } from '../../lib/stored-settings.ts';
import { exampleSettings, propertiesOf, templateOf } from '../support/synthesized.ts';

const template = templateOf();
const parametersOf = (of: typeof template) =>
  Object.values(propertiesOf(of, 'AWS::SSM::Parameter')).map(({ Name, Value }) => ({ name: String(Name), value: Value }));
const storedPath = (settings: Settings, inferenceProfiles: Record<string, string>) =>
  new StoredSettings(new Stack(new App(), 'spillway'), 'Settings', { settings, inferenceProfiles }).path;

describe('the stored settings', () => {
  it('are the settings again when their parts are joined in the order of their names', () => {
    const parts = parametersOf(template).filter(({ name }) => /\/\d+$/.test(name));
    const joined = parts.sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ value }) => value);
    expect(parseSettings(joined.join(''), {})).toEqual({ ...exampleSettings, inferenceProfiles: {} });
  });

  it('move to another path when anything changes, so that warm functions do not keep the old ones', () => {
    const profiles = { 'ticket-triage/nova': 'arn:aws:bedrock:::application-inference-profile/x' };
    const stored = storedPath(exampleSettings, profiles);
    expect(storedPath(exampleSettings, profiles)).toBe(stored);
    expect(storedPath({ ...exampleSettings, timeoutSeconds: 119 }, profiles)).not.toBe(stored);
    expect(storedPath(exampleSettings, {})).not.toBe(stored);
  });

  it('exist before the functions that read them', () => {
    const parameters = Object.keys(template.findResources('AWS::SSM::Parameter'));
    for (const resource of Object.values(template.findResources('AWS::Lambda::Function')))
      expect(resource['DependsOn']).toEqual(expect.arrayContaining(parameters));
  });

  it('name the inference profile of every feature and model it is routed to', () => {
    const profiles = parametersOf(template).filter(({ name }) => name.includes('/profiles-'));
    const text = JSON.stringify(profiles);
    for (const feature of Object.values(exampleSettings.features)) {
      expect(text).toContain(`${feature.name}/${feature.route.cheap}`);
      expect(text).toContain(`${feature.name}/${feature.route.strong}`);
    }
  });
});

describe('the parts of a text', () => {
  const texts = fc.string({ unit: 'grapheme', maxLength: 400 }).filter((text) => !text.includes('{{') && text.trim() === text);

  it('are the text again, each within its limit of bytes and none with white space at an end', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 60, max: 200 }), (text, bytes) => {
        fc.pre(!/\s{20}/.test(text));
        const parts = settingsParts(text, bytes);
        expect(parts.join('')).toBe(text);
        for (const part of parts) {
          expect(Buffer.byteLength(part)).toBeLessThanOrEqual(bytes);
          expect(part.trim()).toBe(part);
        }
      }),
    );
  });

  it('refuse white space that no part can begin or end in', () => {
    expect(() => settingsParts(`a${' '.repeat(50)}b`, 20)).toThrow(RangeError);
  });

  it('refuse what SSM would take for a reference', () => {
    expect(() => settingsParts('{"a":"{{resolve:ssm:x}}"}')).toThrow('{{');
  });
});
