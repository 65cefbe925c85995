import { usdToPico } from '../../functions/core/money.ts';
import type { PriceRow } from '../../functions/core/price-book.ts';
import type { FeatureSettings, ModelSettings, Settings } from '../../functions/core/settings.ts';

const MINUTE_MS = 60_000;
const perMillion = (usd: number) => BigInt(Math.round(usd * 1_000_000));

/** A price row from USD per million tokens. */
export const priceRow = (input: number, output: number, over: Partial<PriceRow> = {}): PriceRow => ({
  mode: 'on_demand',
  from: '2025-01-01',
  prices: {
    input: perMillion(input),
    output: perMillion(output),
    cacheRead: perMillion(input / 10),
    cacheWrite5m: perMillion(input * 1.25),
    cacheWrite1h: perMillion(input * 2),
  },
  asOf: '2026-11-01',
  source: 'made for tests',
  ...over,
});

export const modelSettings = (name: string, input: number, output: number, over: Partial<ModelSettings> = {}): ModelSettings => ({
  name,
  provider: 'bedrock',
  modelId: `us.test.${name}-v1:0`,
  prices: [priceRow(input, output), priceRow(input / 2, output / 2, { mode: 'batch' })],
  cacheMinTokens: 1024,
  cacheMaxPoints: 4,
  maxOutputTokens: 8192,
  rejectedParameters: [],
  batchMinRecords: 100,
  ...over,
});

export const featureSettings = (name: string, over: Partial<FeatureSettings> = {}): FeatureSettings => ({
  name,
  owner: `${name}@acme.example`,
  team: 'finance',
  mode: 'enforce',
  templates: { extract: { tier: 'cheap' }, dispute: { tier: 'strong' } },
  openTemplates: false,
  route: { cheap: 'haiku', strong: 'sonnet', tolerance: 0.05 },
  allowModelOverride: false,
  limits: { inputTokens: 8000, outputTokens: 1024, minOutputTokens: 64 },
  caps: { dailyPico: usdToPico(50), monthlyPico: usdToPico(900) },
  loop: { identicalPairs: 4, sameErrors: 6, staleTurns: 12, identicalRequests: 4, coolDownMs: 5 * MINUTE_MS, polling: [] },
  cache: 'auto',
  batch: { eligible: true, model: 'haiku', maxDelayHours: 24, afterDeadline: 'wait', replyTo: [] },
  keepAnswersHours: 0,
  shards: 1,
  ...over,
});

/** A small organization: one team, one feature, a cheap and a strong model. Say what matters. */
export const settings = (over: Partial<Settings> = {}): Settings => ({
  organization: 'acme',
  environment: 'test',
  timezone: 'Europe/Berlin',
  unassignedOwner: 'platform@acme.example',
  priceBookVersion: 'test',
  caps: { dailyPico: usdToPico(1500), monthlyPico: usdToPico(20000) },
  teams: { finance: { name: 'finance', caps: { monthlyPico: usdToPico(4000) } } },
  models: { haiku: modelSettings('haiku', 1, 5), sonnet: modelSettings('sonnet', 3, 15) },
  features: { 'invoice-extractor': featureSettings('invoice-extractor') },
  inferenceProfiles: {},
  batch: { budgetShare: 0.5, maxJobsInFlight: 10 },
  gateway: { auth: 'keys' },
  report: { to: ['ops@acme.example'], from: 'spillway@acme.example', at: 'Friday 16:00' },
  alerts: { email: [] },
  retentionDays: 400,
  timeoutSeconds: 120,
  budgetWaitMs: 0,
  ...over,
});
