import { describe, expect, it } from 'vitest';
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

describe('a configuration of models', () => {
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
