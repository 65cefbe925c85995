import type { NewerModel, Origin } from './overlay.ts';
import type { BookMeters, BookRow } from './price-book.ts';

/** A price that holds from the day of the model on: no call is older. */
const ALWAYS = '2020-01-01';

const CLAUDE: Origin = { asOf: '2026-11-22', source: 'Anthropic pricing page; Bedrock: AWS model card, regional 1.1x' };
const GPT: Origin = { asOf: '2026-11-22', source: 'OpenAI model pages; Bedrock: AWS model cards of October 2026' };
const PRICE_LIST: Origin = { asOf: '2026-09-14', source: 'AWS Price List (AmazonBedrock, us-east-1 or us-west-2), September 2026' };
const OCTOBER_LIST: Origin = { asOf: '2026-10-05', source: 'AWS Price List (AmazonBedrock) of 2026-09-30 and 2026-10-05' };

const haiku55: BookRow = {
  ...{ from: '2026-10-07', input: 100_000, output: 500_000, cacheRead: 10_000, cacheWrite5m: 125_000, cacheWrite1h: 200_000 },
  // Over 100k prompt tokens, cached ones included, every token of the request costs five times as much.
  longPrompt: {
    aboveTokens: 100_000,
    input: 500_000,
    output: 2_500_000,
    cacheRead: 50_000,
    cacheWrite5m: 625_000,
    cacheWrite1h: 1_000_000,
  },
};

/** Cache reads were halved nine days after the launch. */
const sonnet55: readonly [BookRow, BookRow] = [
  { from: '2026-09-28', input: 2_000_000, output: 10_000_000, cacheRead: 200_000, cacheWrite5m: 2_500_000, cacheWrite1h: 4_000_000 },
  { from: '2026-10-07', input: 2_000_000, output: 10_000_000, cacheRead: 100_000, cacheWrite5m: 2_500_000, cacheWrite1h: 4_000_000 },
];

/** Above 272k prompt tokens a request of OpenAI's costs 2x for every input token, cached or not, and 1.5x for output. */
const gpt = (from: string, price: Required<Pick<BookMeters, 'input' | 'cacheRead' | 'cacheWrite5m' | 'output'>>): BookRow => ({
  ...{ from, ...price },
  longPrompt: {
    aboveTokens: 272_000,
    input: 2 * price.input,
    cacheRead: 2 * price.cacheRead,
    cacheWrite5m: 2 * price.cacheWrite5m,
    output: 1.5 * price.output,
  },
});
const sol61 = gpt('2026-09-29', { input: 2_000_000, cacheRead: 100_000, cacheWrite5m: 2_500_000, output: 10_000_000 });

/** A US price, in micro-dollars per million tokens. No cache prices are listed: cached input costs plain input. */
const openWeights = (model: string, input: number, output: number, origin: Origin = PRICE_LIST): NewerModel => ({
  ...{ provider: 'bedrock', model, of: 'every id', rows: [{ from: ALWAYS, input, output }] },
  ...origin,
});

const bedrock = { provider: 'bedrock', of: 'global' } as const;

/** Models that the generated book lacks, each with the day it was read and where. */
export const NEWER_MODELS: readonly NewerModel[] = [
  { ...bedrock, model: 'anthropic.claude-haiku-5-5', rows: [haiku55], ...CLAUDE },
  { ...bedrock, model: 'anthropic.claude-sonnet-5-5', rows: sonnet55, ...CLAUDE },
  { provider: 'anthropic', of: 'every id', model: 'claude-haiku-5-5', rows: [haiku55], ...CLAUDE },
  { provider: 'anthropic', of: 'every id', model: 'claude-sonnet-5-5', rows: sonnet55, ...CLAUDE },
  { provider: 'openai', of: 'every id', model: 'gpt-6.1-sol', rows: [sol61], ...GPT },
  { ...bedrock, model: 'openai.gpt-6.1-sol', rows: [sol61], ...GPT },
  {
    ...{ ...bedrock, model: 'openai.gpt-6-sol', ...GPT },
    rows: [gpt('2026-09-22', { input: 2_000_000, cacheRead: 200_000, cacheWrite5m: 2_500_000, output: 10_000_000 })],
  },
  {
    ...{ ...bedrock, model: 'openai.gpt-6-luna', ...GPT },
    rows: [gpt('2026-09-22', { input: 100_000, cacheRead: 10_000, cacheWrite5m: 125_000, output: 500_000 })],
  },
  {
    ...{ ...bedrock, model: 'openai.gpt-6-astra', ...GPT },
    rows: [gpt(ALWAYS, { input: 10_000_000, cacheRead: 1_000_000, cacheWrite5m: 12_500_000, output: 50_000_000 })],
  },
  {
    // Its cache writes are for 30 minutes.
    ...{ ...bedrock, model: 'moonshotai.kimi-k3', ...OCTOBER_LIST },
    rows: [{ from: ALWAYS, input: 3_000_000, output: 15_000_000, cacheRead: 300_000, cacheWrite5m: 3_750_000 }],
  },
  {
    ...{ ...bedrock, model: 'zai.glm-5.3', asOf: '2026-10-10', source: 'Bedrock pricing page, GLM 5.3 (global and US cross-region)' },
    rows: [{ from: ALWAYS, input: 1_680_000, output: 5_280_000, cacheRead: 312_000, cacheWrite5m: 2_100_000 }],
  },
  ...['xai.grok-4.6', 'xai.grok-4.7'].map(
    (model): NewerModel => ({
      ...{ ...bedrock, model, ...OCTOBER_LIST },
      rows: [{ from: ALWAYS, input: 2_000_000, output: 6_000_000, cacheRead: 500_000 }],
    }),
  ),
  {
    ...{ provider: 'bedrock', of: 'every id', model: 'xai.grok-4.3', asOf: '2026-11-22', source: 'AWS model card, Grok 4.3 (in-region)' },
    rows: [{ from: ALWAYS, input: 1_250_000, output: 2_500_000, cacheRead: 200_000 }],
  },
  openWeights('deepseek.v3', 580_000, 1_680_000),
  openWeights('deepseek.v3.1', 580_000, 1_680_000),
  openWeights('deepseek.v3.2', 620_000, 1_850_000),
  openWeights('minimax.minimax-m2', 300_000, 1_200_000),
  openWeights('minimax.minimax-m2.1', 300_000, 1_200_000),
  openWeights('minimax.minimax-m2.5', 300_000, 1_200_000),
  openWeights('mistral.mistral-large-2407', 2_000_000, 6_000_000),
  openWeights('moonshot.kimi-k2-thinking', 600_000, 2_500_000),
  openWeights('moonshotai.kimi-k2.5', 600_000, 3_000_000),
  openWeights('nvidia.nemotron-nano-12b', 200_000, 600_000),
  openWeights('openai.gpt-oss-safeguard-20b', 70_000, 200_000),
  openWeights('openai.gpt-oss-safeguard-120b', 150_000, 600_000),
  openWeights('qwen.qwen3-235b-a22b-2507', 220_000, 880_000),
  openWeights('qwen.qwen3-coder-next', 500_000, 1_200_000),
  openWeights('qwen.qwen3-next-80b-a3b', 150_000, 1_200_000),
  openWeights('writer.palmyra-vision-7b', 150_000, 600_000),
  openWeights('zai.glm-4.7', 600_000, 2_200_000),
  openWeights('zai.glm-4.7-flash', 70_000, 400_000),
  openWeights('zai.glm-5', 1_000_000, 3_200_000),
];
