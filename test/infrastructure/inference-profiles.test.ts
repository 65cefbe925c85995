import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { FeatureSettings } from '../../functions/core/settings.ts';
import { exampleSettings, propertiesOf, templateOf } from '../support/synthesized.ts';

const profileSchema = z.object({
  InferenceProfileName: z.string(),
  ModelSource: z.object({ CopyFrom: z.unknown() }),
  Tags: z.array(z.object({ Key: z.string(), Value: z.string() })),
});
type Template = ReturnType<typeof templateOf>;
const profilesOf = (template: Template) =>
  Object.values(propertiesOf(template, 'AWS::Bedrock::ApplicationInferenceProfile')).map((profile) => profileSchema.parse(profile));

const [example] = Object.values(exampleSettings.features);

function withFeatures(...names: string[]): Template {
  if (example === undefined) throw new RangeError('the example has no features');
  const features: Record<string, FeatureSettings> = Object.fromEntries(names.map((name) => [name, { ...example, name }]));
  return templateOf({ settings: { features } });
}

describe('inference profiles', () => {
  it('carry feature, team, owner and environment onto the AWS bill', () => {
    const profile = profilesOf(templateOf()).find(({ InferenceProfileName }) => InferenceProfileName === 'spillway ticket-triage nova');
    expect(Object.fromEntries(profile?.Tags.map(({ Key, Value }) => [Key, Value]) ?? [])).toEqual({
      feature: 'ticket-triage',
      team: 'support',
      owner: 'support-ops@acme.example',
      environment: 'production',
    });
  });

  it('are copies of the geography profile that the configuration pins', () => {
    const profile = profilesOf(templateOf()).find(({ InferenceProfileName }) => InferenceProfileName === 'spillway ticket-triage nova');
    expect(JSON.stringify(profile?.ModelSource.CopyFrom)).toContain(':inference-profile/us.amazon.nova-lite-v1:0');
  });

  it('have names that Bedrock takes, each its own, however long or odd the names of features are', () => {
    const long = 'a'.repeat(47);
    const names = profilesOf(withFeatures(`${long}1`, `${long}2`, 'a--b', 'a-b', 'a__b', 'a_-b', 'ends-')).map(
      (profile) => profile.InferenceProfileName,
    );
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) {
      expect(name.length).toBeLessThanOrEqual(64);
      expect(name).toMatch(/^([0-9a-zA-Z][ _-]?)+$/);
    }
  });

  it('do not collide where a feature and a model share a border', () => {
    const [model] = Object.values(exampleSettings.models);
    if (example === undefined || model === undefined) throw new RangeError('the example is empty');
    const feature = (name: string, of: string) => ({
      ...example,
      name,
      route: { ...example.route, cheap: of, strong: of },
      batch: { ...example.batch, model: of },
    });
    const models = { c: { ...model, name: 'c' }, 'b-c': { ...model, name: 'b-c' } };
    const features = { 'a-b': feature('a-b', 'c'), a: feature('a', 'b-c') };
    const names = profilesOf(templateOf({ settings: { models, features } })).map((profile) => profile.InferenceProfileName);
    expect(names.sort()).toEqual(['spillway a b-c', 'spillway a-b c']);
  });

  it('cover every model that a feature can reach: its tiers, their fallbacks, and all where it may choose; but no model of batch alone', () => {
    if (example === undefined) throw new RangeError('the example has no features');
    const of = (over: Partial<FeatureSettings>) => {
      const feature = { ...example, name: 'f', route: { ...example.route, cheap: 'haiku', strong: 'haiku' }, ...over };
      return profilesOf(templateOf({ settings: { features: { f: feature } } })).map(({ InferenceProfileName }) => InferenceProfileName);
    };
    expect(of({ batch: { ...example.batch, eligible: true, model: 'nova' } })).toEqual(['spillway f haiku']);
    const fallback = { cheap: ['nova'], strong: ['llama'] };
    expect(of({ route: { ...example.route, cheap: 'haiku', strong: 'haiku', fallback } })).toHaveLength(3);
    expect(of({ allowModelOverride: true })).toHaveLength(Object.keys(exampleSettings.models).length);
  });

  it('are left out when the configuration says so', () => {
    templateOf({ options: { inferenceProfiles: false } }).resourceCountIs('AWS::Bedrock::ApplicationInferenceProfile', 0);
  });
});
