import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../lib/configuration/configuration-problem.ts';
import { loadConfiguration } from '../../lib/configuration/load-configuration.ts';
import { CONTEXT, check } from '../support/broken-configuration.ts';
import { SOUND, withValue } from '../support/configuration.ts';

const extractor = ['features', 'extractor'];

describe('a configuration', () => {
  it('without a fault has no problems', () => {
    expect(check(SOUND)).toEqual([]);
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
      loop: { identicalPairs: 4, sameErrors: 6, staleTurns: 12, identicalRequests: 4, coolDownMs: 300_000, polling: [] },
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
