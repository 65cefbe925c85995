import type { PicoUsd } from './money.ts';
import type { PriceRow } from './price-book.ts';

export type Mode = 'enforce' | 'observe';
export type Tier = 'cheap' | 'strong' | 'learned';

/** Hard caps of one scope, pico-dollars. Absent: only the scopes above bound it. */
export type Caps = { readonly hourlyPico?: PicoUsd; readonly dailyPico?: PicoUsd; readonly monthlyPico?: PicoUsd };

/** What a pinned model can do and costs. Resolved from `spillway.yaml`, catalog and price book at synth: nothing is looked up at run time. */
export type ModelSettings = {
  readonly name: string;
  readonly provider: 'bedrock' | 'google' | 'anthropic' | 'openai';
  /** The provider's id, pinned: `us.anthropic.claude-haiku-4-5-20251001-v1:0`. Prices, caching, quirks and rights go by it. */
  readonly modelId: string;
  /** The ARN that is called in its place, where the configuration names the model by one. */
  readonly calledAs?: string;
  readonly prices: readonly PriceRow[];
  /** Smallest prefix the model caches, in tokens, and how many cache points a request may carry. */
  readonly cacheMinTokens: number;
  readonly cacheMaxPoints: number;
  readonly maxOutputTokens: number;
  /** Fields of `inferenceConfig` that this model refuses, left out of requests to it. */
  readonly rejectedParameters: readonly string[];
  readonly batchMinRecords: number;
  readonly apiKeySecret?: string;
  readonly baseUrl?: string;
};

export type RouteSettings = {
  readonly cheap: string;
  readonly strong: string;
  /** Share of the strong model's quality that may be lost, 0..1. */
  readonly tolerance: number;
  readonly simpleWhen?: { readonly inputTokensBelow?: number; readonly tools?: boolean };
  /** Models to try, in this order, when the tier's own model is down. */
  readonly fallback?: { readonly cheap: readonly string[]; readonly strong: readonly string[] };
};

export type FeatureSettings = {
  readonly name: string;
  readonly owner: string;
  readonly team: string;
  readonly mode: Mode;
  readonly templates: Readonly<Record<string, { readonly tier: Tier }>>;
  /** Unknown template names are booked to the feature instead of refused. */
  readonly openTemplates: boolean;
  readonly route: RouteSettings;
  readonly allowModelOverride: boolean;
  readonly limits: { readonly inputTokens: number; readonly outputTokens: number; readonly minOutputTokens: number };
  readonly caps: Caps;
  readonly loop: {
    /** The same call with the same result this often in a conversation trips the breaker, a cycle of N steps after 2N + this - 2. */
    readonly identicalPairs: number;
    /** The same error this often, whatever was tried, trips it. */
    readonly sameErrors: number;
    /** So many turns that bring nothing new, in whatever order, trip it. */
    readonly staleTurns: number;
    /** The same request this often under one run id trips the breaker. */
    readonly identicalRequests: number;
    /** Limits of one run; without, its feature's own history bounds it (core/runaway/judge-run.ts). */
    readonly maxCallsPerRun?: number;
    readonly maxUsdPerRunPico?: PicoUsd;
    /** Of the runs that one run begins, directly or not (`parentRun`): generations, and how many. */
    readonly maxDepth?: number;
    readonly maxRunsPerTree?: number;
    readonly coolDownMs: number;
    readonly polling: readonly string[];
  };
  readonly cache: 'auto' | 'off' | '1h';
  readonly batch: {
    readonly eligible: boolean;
    readonly model: string;
    readonly maxDelayHours: number;
    readonly afterDeadline: 'wait' | 'expire';
    readonly replyTo: readonly string[];
  };
  readonly keepAnswersHours: number;
  /** Leaves that a hot feature's gate is split into; 1 = not split. */
  readonly shards: number;
};

/** The whole configuration as the functions see it: one object, written at synth, read at cold start. */
export type Settings = {
  readonly organization: string;
  readonly environment: string;
  readonly timezone: string;
  readonly unassignedOwner: string;
  readonly priceBookVersion: string;
  readonly caps: Caps;
  readonly teams: Readonly<Record<string, { readonly name: string; readonly caps: Caps }>>;
  readonly models: Readonly<Record<string, ModelSettings>>;
  readonly features: Readonly<Record<string, FeatureSettings>>;
  /** ARN of the application inference profile of `<feature>/<model>`, where billing is by profile. */
  readonly inferenceProfiles: Readonly<Record<string, string>>;
  readonly batch: { readonly budgetShare: number; readonly maxJobsInFlight: number };
  readonly gateway: { readonly auth: 'keys' | 'iam' | 'off' };
  readonly report: { readonly to: readonly string[]; readonly from: string; readonly at: string; readonly perOwner?: boolean };
  readonly alerts: { readonly email: readonly string[]; readonly webhookSecret?: string };
  readonly retentionDays: number;
  readonly timeoutSeconds: number;
  readonly budgetWaitMs: number;
};
