import { describe, expect, it } from 'vitest';
import { resolveModel } from '../../lib/configuration/resolve-model.ts';
import { broken, type Case, CONTEXT, check, expectRefused } from '../support/broken-configuration.ts';
import { SOUND, withValue } from '../support/configuration.ts';

const extractor = ['features', 'extractor'];

const ERRORS: readonly Case[] = [
  broken(
    'an unknown model in a route',
    [...extractor, 'route', 'cheap'],
    'haikuu',
    /^unknown model haikuu$/,
    /haiku, sonnet, llama \(did you mean haiku\?\)/,
  ),
  broken(
    'an unknown model for batch',
    [...extractor, 'batch'],
    { model: 'opus' },
    /^unknown model opus$/,
    /haiku/,
    'features.extractor.batch.model',
  ),
  broken(
    'an unknown model among fallbacks',
    [...extractor, 'route', 'fallback'],
    ['llama', 'gpt'],
    /^unknown model gpt$/,
    /haiku/,
    'features.extractor.route.fallback.1',
  ),
  broken(
    'an unpriced model',
    ['models', 'haiku', 'id'],
    'bedrock/us.anthropic.claude-haiku-9-v1:0',
    /^no price is known for us\.anthropic\.claude-haiku-9/,
    /models\.haiku\.price/,
  ),
  broken(
    'an unpriced model of another vendor',
    ['models', 'flash'],
    { id: 'google/gemini-0.1', apiKeySecret: 'k' },
    /^no price is known for gemini-0\.1/,
    /your own price/,
    'models.flash.id',
  ),
  broken(
    '"latest" in a model id',
    ['models', 'flash'],
    { id: 'anthropic/claude-3-5-haiku-latest', apiKeySecret: 'k' },
    /must be pinned: "latest"/,
    /version or date/,
    'models.flash.id',
  ),
  broken('a provider that does not exist', ['models', 'haiku', 'id'], 'azure/gpt-5', /^not a model id$/, /provider\/id, pinned/),
  broken(
    'a vendor without its key',
    ['models', 'flash'],
    { id: 'google/gemini-2.5-flash' },
    /apiKeySecret is missing: google/,
    /Secrets Manager/,
    'models.flash',
  ),
  broken('a key for Bedrock', ['models', 'haiku', 'apiKeySecret'], 'x', /Bedrock takes no API key/),
  broken('a model named auto', ['models', 'auto'], { id: 'bedrock/us.meta.llama3-1-8b-instruct-v1:0' }, /cannot be named auto/),
];

const SYSTEM_ARN = 'arn:aws:bedrock:us-east-1:123456789012:inference-profile';
const PROFILE = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123';
const SONNET = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';

const ARNS: readonly Case[] = [
  broken(
    'an application profile that does not tell its model',
    ['models', 'shared'],
    { id: `bedrock/${PROFILE}` },
    /^base is missing: the ARN of an application inference profile does not tell its model$/,
    /^models\.shared\.base: the id that the profile was made from, such as us\.anthropic/,
    'models.shared',
  ),
  broken(
    'a base that is an application profile too',
    ['models', 'shared'],
    { id: `bedrock/${PROFILE}`, base: PROFILE },
    /^does not tell a model$/,
    /system profile’s id or ARN/,
    'models.shared.base',
  ),
  broken(
    'a floating base',
    ['models', 'shared'],
    { id: `bedrock/${PROFILE}`, base: 'us.anthropic.claude-latest' },
    /must be pinned/,
    /version or date/,
    'models.shared.base',
  ),
  broken(
    'a base without a price',
    ['models', 'shared'],
    { id: `bedrock/${PROFILE}`, base: 'us.meta.llama9-1b-instruct-v1:0' },
    /^no price is known for us\.meta\.llama9-1b/,
    /models\.shared\.price/,
    'models.shared.base',
  ),
  broken(
    'a base of another region',
    ['models', 'shared'],
    { id: `bedrock/${PROFILE}`, base: `eu.anthropic.claude-sonnet-4-5-20250929-v1:0` },
    /^prefix does not fit the region us-east-1/,
    /us\./,
    'models.shared.base',
  ),
  broken(
    'a base where the id tells the model',
    ['models', 'haiku', 'base'],
    SONNET,
    /^base is only for the ARN of an application/,
    /^nothing/,
  ),
  broken(
    'an ARN of another region',
    ['models', 'haiku', 'id'],
    `bedrock/${SYSTEM_ARN.replace('us-east-1', 'us-west-2')}/${SONNET}`,
    /^an ARN of us-west-2 cannot be called from the region us-east-1$/,
    /an ARN of us-east-1, or an id/,
  ),
  broken(
    'a profile that cannot be called from the ARN’s own region',
    ['models', 'haiku', 'id'],
    `bedrock/${SYSTEM_ARN}/eu.anthropic.claude-haiku-4-5-20251001-v1:0`,
    /^prefix does not fit the region us-east-1/,
  ),
  broken(
    'an ARN of provisioned throughput',
    ['models', 'haiku', 'id'],
    'bedrock/arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc',
    /^not the ARN of a Bedrock foundation model or inference profile$/,
    /application-inference-profile/,
  ),
  broken(
    'an ARN without a price',
    ['models', 'haiku', 'id'],
    'bedrock/arn:aws:bedrock:us-east-1::foundation-model/meta.llama9-1b-instruct-v1:0',
    /^no price is known for meta\.llama9-1b/,
    /your own price/,
  ),
];

describe('a configuration of models', () => {
  it.each(ARNS)('is refused for $what', expectRefused);

  it.each([
    ['a foundation model', { id: 'bedrock/arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0' }, 'amazon.nova-lite-v1:0'],
    ['a system profile', { id: `bedrock/${SYSTEM_ARN}/${SONNET}` }, SONNET],
    ['an application profile', { id: `bedrock/${PROFILE}`, base: SONNET }, SONNET],
    ['an application profile of a profile’s ARN', { id: `bedrock/${PROFILE}`, base: `${SYSTEM_ARN}/${SONNET}` }, SONNET],
  ])('calls %s by its ARN, and takes price, caching, batch and quirks of the model behind it', (_what, shape, modelId) => {
    expect(check(withValue(['models', 'shared'], shape)).filter((problem) => problem.severity === 'error')).toEqual([]);
    const { calledAs, ...model } = resolveModel('shared', shape);
    expect(calledAs).toBe(shape.id.slice('bedrock/'.length));
    expect(model).toEqual(resolveModel('shared', { id: `bedrock/${modelId}` }));
  });

  it('is warned of an own server that is priced as the vendor’s, and of a region with other prices', () => {
    const warnings = (text: string, context = CONTEXT) => check(text, context).map(({ path, message }) => `${path}: ${message}`);
    const proxy = { id: 'openai/gpt-5.4-mini', apiKeySecret: 'k', baseUrl: 'https://llm.example.com/v1' };
    expect(warnings(withValue(['models', 'mini'], proxy))).toEqual([
      'models.mini.baseUrl: priced as at openai itself; https://llm.example.com/v1 may charge otherwise',
    ]);
    const nova = withValue(['models'], {
      haiku: { id: 'bedrock/amazon.nova-lite-v1:0' },
      sonnet: { id: `bedrock/global.${SONNET.slice(3)}` },
    });
    expect(warnings(nova, { ...CONTEXT, region: 'eu-north-1' })).toEqual([
      'models.haiku.id: priced as in the US; this region’s price may differ',
    ]);
  });

  it('is refused in GovCloud without a price of one’s own, for no source has one', () => {
    const model = { id: 'bedrock/anthropic.claude-haiku-4-5-20251001-v1:0' };
    const errors = (shape: object) =>
      check(withValue(['models', 'gov'], shape), { ...CONTEXT, region: 'us-gov-west-1' })
        .filter(({ path, severity }) => path.startsWith('models.gov') && severity === 'error')
        .map(({ message }) => message);
    expect(errors(model)).toEqual([expect.stringMatching(/^no price is known for anthropic\.claude-haiku-4-5\S+ in us-gov-west-1,/)]);
    expect(errors({ ...model, price: { input: 1.2, output: 6 } })).toEqual([]);
  });

  it.each(ERRORS)('is refused for $what', expectRefused);

  it('is refused when it has no models', () => {
    expect(check(withValue(['models'], {})).map((problem) => problem.message)).toContain('no model is configured');
  });

  it.each([
    ['us-east-1', 'eu.anthropic.claude-haiku-4-5-20251001-v1:0', true],
    ['eu-central-1', 'us.anthropic.claude-haiku-4-5-20251001-v1:0', true],
    ['ap-southeast-2', 'jp.anthropic.claude-haiku-4-5-20251001-v1:0', true],
    ['us-gov-west-1', 'global.anthropic.claude-haiku-4-5-20251001-v1:0', true],
    ['us-west-2', 'us.anthropic.claude-haiku-4-5-20251001-v1:0', false],
    ['ap-northeast-1', 'jp.anthropic.claude-haiku-4-5-20251001-v1:0', false],
    ['eu-west-1', 'global.anthropic.claude-haiku-4-5-20251001-v1:0', false],
    ['eu-west-1', 'anthropic.claude-haiku-4-5-20251001-v1:0', false],
  ])('in %s with the model %s is refused: %s', (region, modelId, refused) => {
    const text = SOUND.replaceAll('us.anthropic.claude-haiku-4-5-20251001-v1:0', modelId)
      .replaceAll(/ {2}(sonnet|llama): .*\n/g, '')
      .replace('strong: sonnet', 'strong: haiku');
    const problems = check(text, { ...CONTEXT, region });
    expect(problems.map((problem) => problem.message.includes(`does not fit the region ${region}`))).toEqual(refused ? [true] : []);
  });
});
