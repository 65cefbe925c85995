import type { PicoUsd } from './money.ts';
import type { PriceMode, UnitPrices } from './price-book.ts';
import type { Usage } from './usage.ts';

export type EntryKind = 'settled' | 'assumed' | 'correction';
export type Arm = 'cheap' | 'strong';

/** What one provider attempt cost, and whose it was. Written once, never changed. Never holds prompt text. */
export type LedgerEntry = {
  readonly kind: EntryKind;
  readonly requestId: string;
  readonly attempt: number;
  readonly feature: string;
  readonly template: string;
  readonly templateVersion: string;
  readonly owner: string;
  readonly team: string;
  readonly run?: string;
  /** The configuration's name of the model; `modelId` is what was called. */
  readonly model: string;
  readonly modelId: string;
  /** The version that answered, where the provider names one and it is not `modelId`. */
  readonly answeredBy?: string;
  readonly provider: string;
  readonly mode: PriceMode;
  readonly arm: Arm;
  readonly escalated: boolean;
  /** Why this arm: `declared_cheap`, `strong_by_default`, `escalated`, ... */
  readonly reason: string;
  readonly admittedAtMs: number;
  /** UTC hour of admission, `yyyy-mm-ddThh`: where the entry lives. */
  readonly hour: string;
  /** Local day of admission in the organization's time zone, `yyyy-mm-dd`: which budget it belongs to. */
  readonly day: string;
  /** What the provider said; none for an assumed call. A correction carries the usage that the first entry lacks. */
  readonly usage: Usage;
  /** Output tokens that had come, estimated, before an assumed call's stream broke: for whoever corrects it. */
  readonly seenOutputTokens?: number;
  readonly unitPrices: UnitPrices;
  readonly priceBook: string;
  readonly costPico: PicoUsd;
  readonly holdPico: PicoUsd;
  readonly latencyMs: number;
  readonly stopReason: string;
  /** Keyed hash of the request: equal requests have equal fingerprints within one deployment. */
  readonly fingerprint: string;
  /** Keyed hashes of the static part's beginnings (core/template-version.ts): where they begin to differ, prompts of one template do. */
  readonly prefix: readonly string[];
  /** In observe mode: the refusal that enforce mode would have given. */
  readonly wouldRefuse?: string;
};

/** `<feature>.<template>.<ulid>`: an entry is found from its request id alone, for the ulid holds the admission time. */
export const requestIdOf = (feature: string, template: string, ulid: string): string => `${feature}.${template}.${ulid}`;

const REQUEST_ID = /^([a-z0-9_-]{1,48})\.([a-z0-9_-]{1,48})\.([0-7][0-9A-HJKMNP-TV-Z]{25})$/;

export function parseRequestId(requestId: string): { feature: string; template: string; ulid: string } | undefined {
  const [, feature, template, ulid] = REQUEST_ID.exec(requestId) ?? [];
  if (feature === undefined || template === undefined || ulid === undefined) return undefined;
  return { feature, template, ulid };
}
