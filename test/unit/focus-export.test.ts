import { describe, expect, it } from 'vitest';
import type { Cell } from '../../functions/core/export/cell.ts';
import { focus } from '../../functions/core/export/focus.ts';
import type { LedgerEntry } from '../../functions/core/ledger.ts';
import { rollUp } from '../../functions/core/rollup.ts';
import type { ModelSettings, Settings } from '../../functions/core/settings.ts';
import { NO_USAGE } from '../../functions/core/usage.ts';
import { exportOf, rowsOf } from '../support/export-world.ts';
import { checkFocus } from '../support/focus-checker.ts';
import { ledgerEntry } from '../support/ledger-entry.ts';
import { modelSettings, priceRow, settings } from '../support/settings.ts';

const HAIKU = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
const PROFILE = 'arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/abc';
const longPrompt = { aboveTokens: 100_000, prices: priceRow(5, 25).prices };
const models = {
  haiku: modelSettings('haiku', 1, 5, { modelId: HAIKU, prices: [priceRow(1, 5, { longPrompt }), priceRow(0.5, 2.5, { mode: 'batch' })] }),
};
const unitPrices = priceRow(1, 5).prices;
const entry = (over: Partial<LedgerEntry> = {}): LedgerEntry =>
  ledgerEntry({
    modelId: HAIKU,
    unitPrices,
    usage: { ...NO_USAGE, input: 1234, output: 56 },
    costPico: 1_234_000_000n + 280_000_000n,
    ...over,
  });

async function focusOf(entries: readonly LedgerEntry[], over: Partial<Settings> = {}) {
  const organization = settings({ models, ...over });
  const { text } = await exportOf(rollUp(entries), focus(organization), organization);
  expect(checkFocus(text)).toEqual([]);
  return rowsOf(text);
}

/** The cells of an entry's first row by column. */
function cellsOf(given: LedgerEntry): Record<string, Cell | undefined> {
  const { columns, rows } = focus(settings({ models }));
  const [rollup] = rollUp([given]);
  if (rollup === undefined) throw new RangeError('one entry is one rollup');
  const [cells] = rows(rollup);
  return Object.fromEntries(columns.map((name, at) => [name, cells?.[at]]));
}

describe('a FOCUS row', () => {
  it('says who pays whom for what, when, at which price', async () => {
    const [row] = await focusOf([entry()]);
    expect(row).toEqual({
      ...{ BilledCost: '0.001234', ContractedCost: '0.001234', EffectiveCost: '0.001234', ListCost: '0.001234' },
      ...{ BillingAccountId: 'acme', BillingAccountName: 'acme', BillingAccountType: 'Organization', BillingCurrency: 'USD' },
      ...{ BillingPeriodStart: '2026-10-31T23:00:00Z', BillingPeriodEnd: '2026-11-30T23:00:00Z' },
      ...{ ChargePeriodStart: '2026-11-21T23:00:00Z', ChargePeriodEnd: '2026-11-22T23:00:00Z' },
      ...{ ChargeCategory: 'Usage', ChargeClass: '', ChargeFrequency: 'Usage-Based' },
      ChargeDescription: `Input Tokens of ${HAIKU} (on_demand) at $1 per 1000000 Tokens`,
      ...{ ConsumedQuantity: '1234', ConsumedUnit: 'Tokens', ContractedUnitPrice: '1', ListUnitPrice: '1' },
      ...{ PricingCategory: 'Standard', PricingQuantity: '0.001234', PricingUnit: '1000000 Tokens' },
      ...{ HostProviderName: 'AWS', InvoiceId: '', InvoiceIssuerName: 'AWS', ProviderName: 'AWS', ServiceProviderName: 'AWS' },
      ...{ PublisherName: 'Anthropic', ServiceName: 'Amazon Bedrock', ServiceCategory: 'AI and Machine Learning' },
      ...{ ServiceSubcategory: 'Generative AI', RegionId: '', RegionName: '', ResourceId: '', ResourceName: '', ResourceType: '' },
      ...{ SkuId: `bedrock/${HAIKU}/input`, SkuMeter: 'Input Tokens', SkuPriceId: `bedrock/${HAIKU}/input/on_demand` },
      SkuPriceDetails: `{"ModelDeveloper":"Anthropic","ModelId":"${HAIKU}","ServiceTier":"on_demand","TokenType":"Input"}`,
      ...{ SubAccountId: 'finance', SubAccountName: 'finance', SubAccountType: 'Team' },
      Tags: '{"environment":"test","feature":"invoice-extractor","owner":"finance-ops@acme.example","team":"finance"}',
      ...{ x_ChargeDay: '2026-11-22', x_EstimatedUsage: 'false', x_Feature: 'invoice-extractor', x_Model: 'haiku' },
      ...{ x_Owner: 'finance-ops@acme.example', x_RequestCount: '1', x_ServiceTier: 'on_demand', x_Team: 'finance', x_TokenType: 'Input' },
    });
  });

  it('is there for each meter in use', async () => {
    const usage = { input: 1, cacheRead: 2, cacheWrite5m: 3, cacheWrite1h: 4, output: 5, reasoning: 5 };
    const rows = await focusOf([entry({ usage })]);
    expect(
      rows.filter(({ ChargeCategory }) => ChargeCategory === 'Usage').map(({ SkuMeter, ConsumedQuantity }) => [SkuMeter, ConsumedQuantity]),
    ).toEqual([
      ['Input Tokens', '1'],
      ['Cache Read Tokens', '2'],
      ['Cache Write 5m Tokens', '3'],
      ['Cache Write 1h Tokens', '4'],
      ['Output Tokens', '5'],
    ]);
  });

  it('counts the requests of its day on the first meter alone, templates together', async () => {
    const rows = await focusOf([entry(), entry({ template: 'dispute' })]);
    expect(rows.map(({ SkuMeter, x_RequestCount }) => [SkuMeter, x_RequestCount])).toEqual([
      ['Input Tokens', '2'],
      ['Output Tokens', ''],
    ]);
  });

  it('is apart for each team that owned the feature on that day', async () => {
    expect((await focusOf([entry(), entry({ team: 'growth' })])).map(({ SubAccountId }) => SubAccountId)).toEqual([
      ...['finance', 'finance', 'growth', 'growth'],
    ]);
  });

  it('has no sub account where no team is known', async () => {
    expect(await focusOf([entry({ team: '' })])).toMatchObject([{ Tags: expect.not.stringContaining('team') }, {}]);
    const cells = cellsOf(entry({ team: '' }));
    expect(['SubAccountId', 'SubAccountName', 'SubAccountType', 'x_Team'].map((column) => cells[column])).toEqual([null, null, null, null]);
  });
});

describe('a unit price', () => {
  const output = { ...NO_USAGE, output: 1_000_000 };
  it('that changes within a day makes two rows of the same SKU price', async () => {
    const dearer = entry({ usage: output, unitPrices: { ...unitPrices, output: 6_000_000n }, costPico: 6n * 10n ** 12n });
    const rows = await focusOf([entry({ usage: output, costPico: 5n * 10n ** 12n }), dearer]);
    expect(rows.map(({ ListUnitPrice, ListCost }) => [ListUnitPrice, ListCost])).toEqual([
      ['5', '5'],
      ['6', '6'],
    ]);
    expect(new Set(rows.map(({ SkuPriceId }) => SkuPriceId))).toEqual(new Set([`bedrock/${HAIKU}/output/on_demand`]));
  });

  it('of long prompts is a SKU price of its own', async () => {
    const long = entry({ usage: output, unitPrices: longPrompt.prices, costPico: 25n * 10n ** 12n });
    expect(await focusOf([long])).toMatchObject([
      { SkuPriceId: `bedrock/${HAIKU}/output/on_demand/long_prompt`, SkuPriceDetails: expect.stringContaining('"PromptLength":"Long"') },
    ]);
  });

  it.each([
    ['asks it for all prompts now', [priceRow(1, 5, { longPrompt }), priceRow(5, 25, { from: '2026-11-01' })], 'on_demand'],
    ['asks it in a batch', [priceRow(1, 5, { longPrompt }), priceRow(5, 25, { mode: 'batch' })], 'batch'],
    ['asks it for long prompts on demand alone', [priceRow(1, 5, { longPrompt }), priceRow(2, 10, { mode: 'batch' })], 'batch'],
  ] as const)('is not one of long prompts where the model %s', async (_, prices, mode) => {
    const given = entry({ usage: output, mode, unitPrices: longPrompt.prices, costPico: 25n * 10n ** 12n });
    const rows = await focusOf([given], { models: { haiku: modelSettings('haiku', 1, 5, { modelId: HAIKU, prices }) } });
    expect(rows).toMatchObject([{ SkuPriceId: `bedrock/${HAIKU}/output/${mode}` }]);
  });

  it('of a micro-dollar for a million tokens stays exact', async () => {
    const cheap = entry({ usage: output, unitPrices: { ...unitPrices, output: 1n }, costPico: 1_000_000n });
    expect(await focusOf([cheap])).toMatchObject([{ ListUnitPrice: '0.000001', PricingQuantity: '1', ListCost: '0.000001' }]);
  });

  it('of a batch belongs to the batch’s SKU price', async () => {
    expect((await focusOf([entry({ mode: 'batch' })]))[0]).toMatchObject({
      SkuPriceId: `bedrock/${HAIKU}/input/batch`,
      x_ServiceTier: 'batch',
    });
  });
});

describe('money without tokens', () => {
  const assumed = entry({ kind: 'assumed', usage: NO_USAGE, costPico: 2_500_000_000_000n });
  it('is an adjustment of so many dollars, marked as estimated', async () => {
    expect(await focusOf([assumed])).toMatchObject([
      {
        ...{ ChargeCategory: 'Adjustment', ChargeFrequency: 'One-Time', PricingCategory: 'Other', SkuMeter: 'Unmetered Usage' },
        ...{ ListUnitPrice: '1', PricingQuantity: '2.5', PricingUnit: 'Units', ListCost: '2.5', ConsumedQuantity: '', ConsumedUnit: '' },
        ...{ SkuPriceId: `bedrock/${HAIKU}/unmetered/on_demand`, x_EstimatedUsage: 'true', x_TokenType: '', x_RequestCount: '1' },
      },
    ]);
  });

  it('is gone once a correction has named the tokens', async () => {
    const usage = { ...NO_USAGE, output: 100_000 };
    const correction = entry({ kind: 'correction', usage, costPico: 500_000_000_000n - assumed.costPico });
    expect(await focusOf([assumed, correction])).toMatchObject([{ SkuMeter: 'Output Tokens', ListCost: '0.5', x_EstimatedUsage: 'false' }]);
  });

  it('that a correction took back is negative, at a price that is not', async () => {
    const correction = entry({ kind: 'correction', usage: NO_USAGE, costPico: -1_000_000_000_000n });
    expect(await focusOf([correction])).toMatchObject([{ ListUnitPrice: '1', PricingQuantity: '-1', BilledCost: '-1' }]);
  });
});

describe('the charge period', () => {
  it.each([
    ['2026-03-29', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z', '23 hours'],
    ['2026-10-25', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z', '25 hours'],
  ])('of %s is the local day from %s to %s: %s', (day, start, end) => {
    expect(cellsOf(entry({ day }))).toMatchObject({ ChargePeriodStart: start, ChargePeriodEnd: end });
  });
});

describe('the seller', () => {
  const other = (provider: ModelSettings['provider'], modelId: string, over: Partial<ModelSettings> = {}) =>
    modelSettings('haiku', 1, 5, { provider, modelId, ...over });
  it.each([
    [other('bedrock', 'eu.meta.llama3-3-70b-instruct-v1:0'), 'AWS', 'Meta', 'Amazon Bedrock'],
    [other('bedrock', 'amazon.nova-lite-v1:0'), 'AWS', 'Amazon', 'Amazon Bedrock'],
    [other('bedrock', `arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-x`), 'AWS', 'Anthropic', 'Amazon Bedrock'],
    [other('bedrock', 'us.newcomer.model-v1:0'), 'AWS', 'AWS', 'Amazon Bedrock'],
    [other('google', 'gemini-2.5-flash'), 'Google', 'Google', 'Gemini API'],
    [other('anthropic', 'claude-haiku-4-5-20251001'), 'Anthropic', 'Anthropic', 'Claude API'],
    [other('openai', 'gpt-5'), 'OpenAI', 'OpenAI', 'OpenAI API'],
    [other('openai', 'mistral-large', { baseUrl: 'https://api.mistral.ai/v1' }), 'api.mistral.ai', 'api.mistral.ai', 'api.mistral.ai'],
  ])('of $modelId is %s', async (model, ProviderName, PublisherName, ServiceName) => {
    const [row] = await focusOf([entry({ provider: model.provider, modelId: model.modelId })], { models: { haiku: model } });
    expect(row).toMatchObject({ ProviderName, InvoiceIssuerName: ProviderName, PublisherName, ServiceName });
  });

  it('is that of the call, when its model has left the configuration or its name was given to another', async () => {
    const nova = { modelId: 'us.amazon.nova-lite-v1:0' };
    const rows = await focusOf([entry({ model: 'gone', ...nova }), entry(nova), entry()]);
    expect(new Set(rows.map(({ x_Model, PublisherName, SkuId }) => `${x_Model} ${PublisherName} ${SkuId}`.replace(/\/\w+$/, '')))).toEqual(
      new Set([
        'gone Amazon bedrock/us.amazon.nova-lite-v1:0',
        'haiku Amazon bedrock/us.amazon.nova-lite-v1:0',
        `haiku Anthropic bedrock/${HAIKU}`,
      ]),
    );
  });

  it('of a call that died while its model left the configuration is unknown, its money is not', async () => {
    const [row] = await focusOf([entry({ model: 'gone', provider: 'unknown', modelId: 'gone' })]);
    expect(row).toMatchObject({ ProviderName: 'Unknown', ListCost: '0.001234', SkuPriceId: 'unknown/gone/input/on_demand' });
  });
});

describe('the resource', () => {
  it('is the feature’s inference profile, which the AWS bill names too; a batch has none', async () => {
    const rows = await focusOf([entry(), entry({ mode: 'batch' })], { inferenceProfiles: { 'invoice-extractor/haiku': PROFILE } });
    expect(rows.map(({ x_ServiceTier, ResourceId, ResourceName }) => [x_ServiceTier, ResourceId, ResourceName])).toEqual([
      ['batch', '', ''],
      ['batch', '', ''],
      ['on_demand', PROFILE, 'invoice-extractor/haiku'],
      ['on_demand', PROFILE, 'invoice-extractor/haiku'],
    ]);
  });
});
