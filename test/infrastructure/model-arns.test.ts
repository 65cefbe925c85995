import { describe, expect, it } from 'vitest';
import { converseInput } from '../../functions/adapters/bedrock-wire.ts';
import type { ModelSettings } from '../../functions/core/settings.ts';
import { resolveModel } from '../../lib/configuration/resolve-model.ts';
import { findModel } from '../../local/bedrock/models.ts';
import { modelNeeds } from '../../local/iam/bedrock-needs.ts';
import { guard } from '../../local/iam/guard.ts';
import { Template } from '../../local/template.ts';
import { exampleSettings, propertiesOf, templateOf } from '../support/synthesized.ts';

const OWN_PROFILE = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123';
const HAIKU = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
const NOVA_ARN = 'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0';
const SONNET_ARN = 'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0';

const models: Readonly<Record<string, ModelSettings>> = {
  shared: resolveModel('shared', { id: `bedrock/${OWN_PROFILE}`, base: HAIKU }),
  nova: resolveModel('nova', { id: `bedrock/${NOVA_ARN}` }),
  sonnet: resolveModel('sonnet', { id: `bedrock/${SONNET_ARN}` }),
};
const [example] = Object.values(exampleSettings.features);
if (example === undefined) throw new RangeError('the example has no features');
const feature = {
  ...{ ...example, name: 'f', route: { ...example.route, cheap: 'shared', strong: 'sonnet', fallback: { cheap: ['nova'], strong: [] } } },
  batch: { ...example.batch, model: 'nova' },
};
const synthesized = templateOf({ settings: { models, features: { f: feature } } });
const addresses = { endpoint: () => 'http://127.0.0.1:4000', functionUrl: (id: string) => `http://127.0.0.1:4001/${id}/` };
const template = new Template(synthesized.toJSON(), { stackName: 'spillway', assemblyDir: '/nowhere', addresses });

describe('a model named by its ARN', () => {
  it('may be called by the router, with the model behind it', async () => {
    const iam = guard(template);
    const role = template.resources('AWS::IAM::Role').find(({ id }) => id.startsWith('Router'))?.id ?? '';
    for (const arn of [OWN_PROFILE, NOVA_ARN, SONNET_ARN]) {
      const needs = modelNeeds('bedrock:InvokeModel', arn, (profile) => iam.profileSource(profile));
      const refused = await Promise.all(needs.map((need) => iam.check(role, need)));
      expect(refused.flatMap((denial) => denial?.message ?? [])).toEqual([]);
    }
    const [other] = modelNeeds('bedrock:InvokeModel', NOVA_ARN.replace('lite', 'pro'), () => undefined);
    expect(other === undefined ? undefined : (await iam.check(role, other))?.action).toBe('bedrock:InvokeModel');
  });

  it('has a profile per feature copied from it, unless it is such a profile itself', () => {
    const copied = Object.values(propertiesOf(synthesized, 'AWS::Bedrock::ApplicationInferenceProfile'));
    expect(copied.map((profile) => profile['InferenceProfileName'])).toEqual(['spillway f sonnet', 'spillway f nova']);
    expect(JSON.stringify(copied[0])).toContain(':inference-profile/us.anthropic.claude-sonnet-4-5');
    expect(JSON.stringify(copied[1])).toContain('::foundation-model/amazon.nova-lite-v1:0');
  });

  it('is known to the local stand-in, an application profile by what the configuration says', () => {
    const source = guard(template).profileSource(OWN_PROFILE);
    expect(source).toBe(HAIKU);
    expect([source ?? '', NOVA_ARN, SONNET_ARN].map((called) => findModel(called)?.model.id)).toEqual([
      'anthropic.claude-haiku-4-5-20251001-v1:0',
      'amazon.nova-lite-v1:0',
      'anthropic.claude-sonnet-4-5-20250929-v1:0',
    ]);
  });

  it('is what Bedrock is asked for, unless the feature has a profile of its own', () => {
    const { shared } = models;
    if (shared === undefined) throw new RangeError('no model');
    const call = { model: shared, prompt: { messages: [] }, maxTokens: 1, metadata: {}, timeoutMs: 1 };
    expect(converseInput(call).modelId).toBe(OWN_PROFILE);
    expect(converseInput({ ...call, profileArn: 'arn:aws:bedrock:us-east-1:1:application-inference-profile/f' }).modelId).toMatch(/\/f$/);
  });
});
