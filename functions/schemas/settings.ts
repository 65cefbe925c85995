import * as z from 'zod';
import { checksum } from '../core/checksum.ts';
import { PRICE_MODES } from '../core/price-book.ts';
import type { Settings } from '../core/settings.ts';
import { byName } from './by-name.ts';
import { pico } from './pico.ts';

const count = z.int().nonnegative();
const mode = z.enum(['enforce', 'observe']);

const caps = z.object({ hourlyPico: pico.exactOptional(), dailyPico: pico.exactOptional(), monthlyPico: pico.exactOptional() });
const unitPrices = z.object({ input: pico, cacheRead: pico, cacheWrite5m: pico, cacheWrite1h: pico, output: pico });

const priceRow = z.object({
  mode: z.enum(PRICE_MODES),
  from: z.iso.date(),
  prices: unitPrices,
  longPrompt: z.object({ aboveTokens: count, prices: unitPrices }).exactOptional(),
  implicitWrites: z.literal(true).exactOptional(),
  asOf: z.iso.date().exactOptional(),
  source: z.string(),
});

const model = z.object({
  name: z.string(),
  provider: z.enum(['bedrock', 'google', 'anthropic', 'openai']),
  modelId: z.string(),
  calledAs: z.string().exactOptional(),
  prices: z.array(priceRow).nonempty(),
  cacheMinTokens: count,
  cacheMaxPoints: count,
  maxOutputTokens: count,
  rejectedParameters: z.array(z.string()),
  batchMinRecords: count,
  apiKeySecret: z.string().exactOptional(),
  baseUrl: z.string().exactOptional(),
});

const route = z.object({
  cheap: z.string(),
  strong: z.string(),
  tolerance: z.number().min(0).max(1),
  simpleWhen: z.object({ inputTokensBelow: count.exactOptional(), tools: z.boolean().exactOptional() }).exactOptional(),
  fallback: z.object({ cheap: z.array(z.string()), strong: z.array(z.string()) }).exactOptional(),
});

const loop = z.object({
  identicalPairs: count,
  sameErrors: count,
  staleTurns: count,
  identicalRequests: count,
  maxCallsPerRun: count.exactOptional(),
  maxUsdPerRunPico: pico.exactOptional(),
  maxDepth: count.exactOptional(),
  maxRunsPerTree: count.exactOptional(),
  coolDownMs: count,
  polling: z.array(z.string()),
});

const batch = z.object({
  eligible: z.boolean(),
  model: z.string(),
  maxDelayHours: z.number().positive(),
  afterDeadline: z.enum(['wait', 'expire']),
  replyTo: z.array(z.string()),
});

const feature = z.object({
  name: z.string(),
  owner: z.string(),
  team: z.string(),
  mode,
  templates: byName(z.object({ tier: z.enum(['cheap', 'strong', 'learned']) })),
  openTemplates: z.boolean(),
  route,
  allowModelOverride: z.boolean(),
  limits: z.object({ inputTokens: count, outputTokens: count, minOutputTokens: count }),
  caps,
  loop,
  cache: z.enum(['auto', 'off', '1h']),
  batch,
  keepAnswersHours: z.number().nonnegative(),
  shards: z.int().positive(),
});

const settings = z.object({
  organization: z.string(),
  environment: z.string(),
  timezone: z.string(),
  unassignedOwner: z.string(),
  priceBookVersion: z.string(),
  caps,
  teams: byName(z.object({ name: z.string(), caps })),
  models: byName(model),
  features: byName(feature),
  batch: z.object({ budgetShare: z.number().min(0).max(1), maxJobsInFlight: z.int().positive() }),
  gateway: z.object({ auth: z.enum(['keys', 'iam', 'off']) }),
  report: z.object({ to: z.array(z.string()), from: z.string(), at: z.string(), perOwner: z.boolean().exactOptional() }),
  alerts: z.object({ email: z.array(z.string()), webhookSecret: z.string().exactOptional() }),
  retentionDays: z.int().positive(),
  timeoutSeconds: z.int().positive(),
  budgetWaitMs: count,
});

const STORED = /^\{"checksum":"([0-9a-f]{8})","settings":(.*)\}$/s;

/**
 * The settings as stored: one JSON text with a checksum, so that parts of two deployments, read in the middle of the second, are noticed.
 * Inference-profile ARNs are not in it (they exist only after the deployment) and travel beside it.
 */
export function settingsToJson({ inferenceProfiles: _, ...rest }: Settings): string {
  const text = JSON.stringify(rest, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
  return `{"checksum":"${checksum(text)}","settings":${text}}`;
}

/** The settings of `settingsToJson`, with the profiles that the deployment created. RangeError when the text is damaged or incomplete. */
export function parseSettings(json: string, profiles: Readonly<Record<string, string>>): Settings {
  const [, stored, text = ''] = STORED.exec(json) ?? [];
  if (stored !== checksum(text)) throw new RangeError('the stored settings are incomplete or mixed from two deployments: deploy again');
  const parsed = settings.safeParse(JSON.parse(text));
  if (!parsed.success) throw new RangeError(`the stored settings do not fit this version of Spillway: ${z.prettifyError(parsed.error)}`);
  return { ...parsed.data, inferenceProfiles: profiles };
}
