import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConfiguration } from '../../lib/configuration/check-configuration.ts';
import { ConfigurationError } from '../../lib/configuration/configuration-problem.ts';
import { loadConfiguration } from '../../lib/configuration/load-configuration.ts';
import { SOUND, withValue } from '../support/configuration.ts';

const CONTEXT = { region: 'us-east-1', nowMs: Date.parse('2026-11-22T12:00:00Z') };
const check = (text: string, context = CONTEXT) => checkConfiguration('spillway.yaml', text, context);
const extractor = ['features', 'extractor'];

type Case = {
  readonly what: string;
  readonly text: string;
  readonly path: string;
  readonly message: RegExp;
  readonly allowed?: RegExp;
  readonly region?: string;
};
const broken = (
  what: string,
  path: readonly (string | number)[],
  value: unknown,
  message: RegExp,
  allowed?: RegExp,
  reported?: string,
): Case => ({
  ...{ what, text: withValue(path, value), path: reported ?? path.join('.'), message },
  ...(allowed === undefined ? {} : { allowed }),
});

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
  broken('an unknown team', [...extractor, 'team'], 'finanze', /^unknown team finanze$/, /did you mean finance\?/),
  broken('a feature without owner', [...extractor, 'owner'], undefined, /^owner is missing$/, /e-mail address/),
  broken('an owner who is no e-mail address', [...extractor, 'owner'], 'Bob', /^not an e-mail address$/),
  broken('a feature without team', [...extractor, 'team'], undefined, /^team is missing$/),
  broken('a feature without templates', [...extractor, 'templates'], undefined, /^templates is missing$/, /list of names/),
  broken('an empty list of templates', [...extractor, 'templates'], [], /at least one template/),
  broken('an empty map of templates', [...extractor, 'templates'], {}, /at least one template/),
  broken('templates of a wrong kind', [...extractor, 'templates'], 7, /not in a form that is understood/, /open/),
  broken('a misspelled `open`', [...extractor, 'templates'], 'opne', /not in a form that is understood/, /open/),
  broken(
    'an unknown tier',
    [...extractor, 'templates'],
    { extract: { tier: 'cheep' } },
    /^unknown tier$/,
    /cheap, strong, learned/,
    'features.extractor.templates.extract.tier',
  ),
  broken('a negative budget', [...extractor, 'budgets', 'daily'], -1, /^negative/),
  broken('a budget that is no number', ['budgets', 'monthly'], 'lots', /not an amount in USD/),
  broken('an organization without cap', ['budgets'], {}, /the organization has no cap/),
  broken('a bad time zone', ['timezone'], 'Europe/Berlinn', /^unknown time zone Europe\/Berlinn$/, /Europe\/Berlin/),
  broken('an offset for a time zone', ['timezone'], '+01:00', /^unknown time zone/),
  broken('an unknown key', [...extractor, 'ownr'], 'x', /^unknown key ownr$/, /did you mean owner\?/),
  broken('an unknown key at the top', ['budget'], {}, /^unknown key budget$/, /did you mean budgets\?/),
  broken('a bad report time', ['report', 'at'], 'Freitag 16:00', /not a weekday and a time/, /Friday 16:00/),
  broken('a report hour that does not exist', ['report', 'at'], 'Friday 25:00', /not a weekday and a time/),
  broken('a report without recipients', ['report', 'to'], [], /needs a recipient/),
  broken(
    'a bad feature name',
    ['features', 'Invoice Extractor'],
    { owner: 'a@b.example', team: 'finance', templates: 'open', route: { model: 'haiku' } },
    /^bad name "Invoice Extractor"$/,
    /lower-case/,
  ),
  broken('a bad template name', [...extractor, 'templates'], ['a b'], /^bad name "a b"$/, /lower-case/, 'features.extractor.templates.0'),
  broken(
    'a template listed twice',
    [...extractor, 'templates'],
    ['a', 'a'],
    /^duplicate template a$/,
    /once/,
    'features.extractor.templates.1',
  ),
  broken(
    'a batch model without batch price',
    [...extractor, 'batch'],
    { model: 'llama' },
    /^llama has no batch price$/,
    /haiku, sonnet/,
    'features.extractor.batch.model',
  ),
  broken('a tolerance out of range', [...extractor, 'route', 'tolerance'], 1.5, /out of range/, /0 to 1/),
  broken(
    'more output wanted than allowed',
    [...extractor, 'limits'],
    { outputTokens: 50, minOutputTokens: 64 },
    /minOutputTokens 64 is more than outputTokens 50/,
    /at most 50/,
    'features.extractor.limits.minOutputTokens',
  ),
  broken(
    'half a route',
    [...extractor, 'route', 'strong'],
    undefined,
    /^incomplete$/,
    /\{ cheap, strong \} or \{ model \}/,
    'features.extractor.route',
  ),
  broken(
    'a route of both forms',
    [...extractor, 'route', 'model'],
    'haiku',
    /^model stands alone/,
    /or \{ model \}/,
    'features.extractor.route',
  ),
  broken(
    'replyTo that is no queue URL',
    [...extractor, 'batch'],
    { replyTo: ['my-queue'] },
    /not the URL of an SQS queue/,
    /https:\/\/sqs/,
    'features.extractor.batch.replyTo.0',
  ),
  broken('no organization', ['organization'], undefined, /^organization is missing$/),
  broken('no report', ['report'], undefined, /^report is missing$/, /weekly/),
  broken('a timeout over Lambda’s', ['timeoutSeconds'], 900, /at most 840/),
];

describe('a configuration', () => {
  it('without a fault has no problems', () => {
    expect(check(SOUND)).toEqual([]);
  });

  it.each(ERRORS)('is refused for $what', ({ text, path, message, allowed }) => {
    const errors = check(text).filter((problem) => problem.severity === 'error');
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ path, message: expect.stringMatching(message) });
    expect(errors[0]?.line).toBeGreaterThan(0);
    if (allowed !== undefined) expect(errors[0]?.allowed).toMatch(allowed);
  });

  it('is refused for a duplicate key, at its line', () => {
    const text = SOUND.replace('    team: finance\n', '    team: finance\n    team: support\n');
    const problem = check(text).find((each) => each.message.startsWith('duplicate'));
    expect(problem).toMatchObject({ severity: 'error', line: 16, column: 5, message: expect.stringContaining('duplicate key team') });
  });

  it('is refused for features that differ only by - and _', () => {
    const text = SOUND.replace(
      'features:\n',
      'features:\n  ex-tractor: &x { owner: a@b.example, team: finance, templates: open, route: { model: haiku } }\n  ex_tractor: *x\n',
    );
    expect(check(text)).toMatchObject([{ path: 'features.ex_tractor', message: expect.stringContaining('differ only by - and _') }]);
  });

  it('is refused when it is no YAML, is empty, or is a list', () => {
    expect(check('a: [')[0]).toMatchObject({ line: 1, message: expect.stringContaining('not valid YAML') });
    expect(check('')).toMatchObject([{ message: 'the configuration is empty' }]);
    expect(check('- a')[0]).toMatchObject({ severity: 'error' });
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

  it('reports everything at once, in the order of the file', () => {
    const text = SOUND.replace('daily: 100', 'daily: -100')
      .replace('owner: owner@acme.example', 'owner: nobody')
      .replace('team: finance', 'team: x')
      .replace('organization: acme\n', '');
    const problems = check(text.replace('templates: [extract]', 'templates: [Extract]'));
    expect(problems.map((problem) => problem.path)).toEqual(
      expect.arrayContaining(['organization', 'budgets.daily', 'features.extractor.owner']),
    );
    expect(problems.map((problem) => problem.line ?? 0)).toEqual(problems.map((problem) => problem.line ?? 0).toSorted((a, b) => a - b));
  });

  it('is refused when it has no models', () => {
    expect(check(withValue(['models'], {})).map((problem) => problem.message)).toContain('no model is configured');
  });

  it('names value, line and column of what is wrong', () => {
    expect(check(SOUND.replace('team: finance', 'team: finanze'))[0]).toMatchObject({
      file: 'spillway.yaml',
      line: 15,
      column: 11,
      value: '"finanze"',
    });
  });
});

describe('a configuration that may be meant', () => {
  const warnings = (text: string, context = CONTEXT) =>
    check(text, context).map((problem) => [problem.severity, problem.path, problem.message]);

  it('is warned of a cap larger than its parent’s', () => {
    expect(warnings(withValue([...extractor, 'budgets', 'monthly'], 1500))).toEqual([
      ['warning', 'features.extractor.budgets.monthly', 'monthly cap of 1500 USD is larger than that of team finance, which stops first'],
    ]);
  });

  it('is warned of a price older than 90 days', () => {
    const later = { ...CONTEXT, nowMs: Date.parse('2027-03-01T00:00:00Z') };
    expect(warnings(SOUND, later).map(([severity]) => severity)).toEqual(['warning', 'warning', 'warning']);
  });

  it('is warned of more output than the model can write', () => {
    const text = withValue([...extractor, 'limits'], { outputTokens: 100_000 });
    expect(warnings(text)).toContainEqual([
      'warning',
      'features.extractor.limits.outputTokens',
      'outputTokens 100000 is more than haiku can write',
    ]);
  });
});

describe('a configuration file', () => {
  const fileOf = (text: string): string => {
    const file = join(mkdtempSync(join(tmpdir(), 'configuration-')), 'spillway.yaml');
    writeFileSync(file, text);
    return file;
  };

  it('is read with every default filled in', () => {
    const { settings, options } = loadConfiguration(fileOf(SOUND), CONTEXT);
    expect(settings).toMatchObject({
      environment: 'production',
      retentionDays: 400,
      timeoutSeconds: 120,
      budgetWaitMs: 2000,
      gateway: { auth: 'keys' },
    });
    expect(settings.report.at).toBe('Friday 16:00');
    expect(settings.caps).toEqual({ dailyPico: 100_000_000_000_000n, monthlyPico: 2_000_000_000_000_000n });
    expect(settings.features['extractor']).toMatchObject({
      ...{ mode: 'enforce', cache: 'auto', shards: 1, templates: { extract: { tier: 'learned' } }, openTemplates: false },
      limits: { inputTokens: 16_000, outputTokens: 2_048, minOutputTokens: 64 },
      loop: { identicalPairs: 4, identicalRequests: 4, coolDownMs: 300_000, polling: [] },
      batch: { eligible: false, model: 'haiku' },
    });
    expect(options).toEqual({ inferenceProfiles: true, identity: 'existing', callers: { extractor: [] }, corsOrigins: [] });
  });

  it('that routes to one model uses it for both tiers', () => {
    const { settings } = loadConfiguration(fileOf(withValue([...extractor, 'route'], { model: 'sonnet' })), CONTEXT);
    expect(settings.features['extractor']?.route).toMatchObject({ cheap: 'sonnet', strong: 'sonnet' });
  });

  it('with its own price uses that instead of the book', () => {
    const { settings } = loadConfiguration(fileOf(withValue(['models', 'haiku', 'price'], { input: 0.9, output: 4.5 })), CONTEXT);
    expect(settings.models['haiku']?.prices.map((row) => [row.mode, row.prices.input, row.prices.output])).toEqual([
      ['on_demand', 900_000n, 4_500_000n],
    ]);
  });

  it('with errors is thrown back with all of them', () => {
    const load = () => loadConfiguration(fileOf(withValue([...extractor, 'team'], 'nobody')), CONTEXT);
    expect(load).toThrow(ConfigurationError);
    expect(load).toThrow(
      /the configuration has 1 error\n.*spillway\.yaml:\d+:\d+ {2}error {2}features\.extractor\.team: unknown team nobody/s,
    );
  });

  it('that does not exist is said to be unreadable', () => {
    expect(() => loadConfiguration('/nowhere/spillway.yaml', CONTEXT)).toThrow(/cannot be read/);
  });

  it('of the example has no problem', () => {
    expect(loadConfiguration('spillway.yaml', CONTEXT).warnings).toEqual([]);
  });
});
