import { describe, it } from 'vitest';
import { broken, type Case, expectRefused } from '../support/broken-configuration.ts';

const extractor = ['features', 'extractor'];

/** The price list has no batch price of DeepSeek R1. */
function unpricedBatch(): Case {
  const path = [...extractor, 'batch'];
  const at = 'features.extractor.batch.model';
  const wrong = broken('a batch model without batch price', path, { model: 'llama' }, /^llama has no batch price$/, /haiku, sonnet/, at);
  return { ...wrong, text: wrong.text.replace('us.meta.llama3-3-70b-instruct-v1:0', 'us.deepseek.r1-v1:0') };
}

const ERRORS: readonly Case[] = [
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
  unpricedBatch(),
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

describe('a configuration of features and money', () => {
  it.each(ERRORS)('is refused for $what', expectRefused);
});
